import { z } from "zod";
import { SecureUrl } from "../../config/auth-config.ts";

const Discovery = z.object({ issuer: z.string(), jwks_uri: SecureUrl });

/**
 * Where an issuer publishes its keys, from its discovery document (OpenID Connect Discovery 1.0
 * §4). The document must name the issuer itself, and redirects are not followed.
 */
export async function discoverJwksUri(issuer: string, timeoutMs: number): Promise<string> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const response = await fetch(url, {
    redirect: "error",
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) {
    throw new Error(`${url}: expected 200, got ${response.status}`);
  }
  const document = Discovery.parse(await response.json());
  if (document.issuer !== issuer) {
    throw new Error(`${url}: expected the issuer ${issuer}, got another`);
  }
  return document.jwks_uri;
}
