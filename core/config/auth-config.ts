import { z } from "zod";
import { isLoopback } from "../http/host-guard.ts";

export const scopes = ["ingest", "read", "approve", "admin"] as const;

export const Scopes = z
  .array(z.enum(scopes))
  .min(1)
  .describe("Some of `ingest`, `read`, `approve`, `admin`");

export const TenantName = z.string().regex(/^[a-z0-9_-]{1,64}$/, "expected 1 to 64 of a-z 0-9 _ -");

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 lower-case hex digits");

/** Names that stand for callers of other kinds in the audit log; a key may not borrow them. */
const reservedName = /^(telltale$|local:|oidc:|mtls:)/i;

export const ApiKey = z.strictObject({
  name: z
    .string()
    .min(1)
    .refine((name) => !reservedName.test(name), "telltale, local:, oidc: and mtls: are reserved")
    .describe("Who it is, in the audit log"),
  sha256: sha256Hex.describe("SHA-256 of the key; make one with `telltale doctor --new-key`"),
  tenant: TenantName.default("default").describe("Whose data it sees and sends"),
  scopes: Scopes,
  expiresAt: z.iso
    .datetime({ offset: true })
    .or(z.literal(""))
    .default("")
    .describe("RFC 3339 time from which it is refused; empty: never"),
});

/** Signature algorithms of tokens. Symmetric ones and `none` cannot be configured. */
const tokenAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"];

/** An address that may be trusted for keys: nobody on the way can change what it answers. */
export const SecureUrl = z
  .string()
  .refine(isSecureUrl, "expected an https URL (http only on loopback) without user and hash");

/** An OpenID Connect issuer whose bearer tokens are accepted. */
export const OidcIssuer = z.strictObject({
  issuer: SecureUrl.describe("Exactly as in the `iss` claim"),
  audience: z.string().min(1).describe("What the `aud` claim must contain"),
  jwksUri: SecureUrl.or(z.literal(""))
    .default("")
    .describe("Empty: from the issuer's discovery document"),
  algorithms: z
    .array(z.enum([...tokenAlgorithms, "ES512", "EdDSA"]))
    .min(1)
    .default(["RS256", "PS256", "ES256", "EdDSA"])
    .describe("Signatures that are accepted"),
  clockToleranceSeconds: z.number().min(0).max(300).default(30).describe("For `exp` and `nbf`"),
  tenant: TenantName.or(z.literal(""))
    .default("")
    .describe("Set: every caller of this issuer belongs to it and tenantClaim is not read"),
  tenantClaim: z.string().min(1).default("tenant").describe("Claim that names the tenant"),
  scopesClaim: z
    .string()
    .min(1)
    .default("scope")
    .describe("Claim with a list or space-separated text; a.b reaches into objects"),
  scopeMapping: z
    .record(z.string(), Scopes)
    .default({})
    .describe("Value of that claim to scopes; empty: the values are the scopes themselves"),
});

/** A client certificate, by fingerprint or name, and what its holder may do. */
export const ClientCertificate = z
  .strictObject({
    fingerprint: z
      .string()
      .regex(/^([0-9A-Fa-f]{2}:?){32}$|^$/, "expected 32 bytes in hex")
      .default("")
      .describe("SHA-256 of the certificate, in hex with or without colons"),
    san: z
      .string()
      .regex(/^((URI|DNS|email):.+)?$/, "expected URI:…, DNS:… or email:…")
      .default("")
      .describe("Or a subject alternative name, such as `URI:spiffe://example.org/shipper`"),
    tenant: TenantName.default("default").describe("Whose data its holder sees and sends"),
    scopes: Scopes,
  })
  .refine(({ fingerprint, san }) => (fingerprint === "") !== (san === ""), {
    error: "expected either fingerprint or san",
  });

export const Auth = z.strictObject({
  apiKeys: z.array(ApiKey).default([]).describe("See below; empty: loopback only"),
  oidc: z.array(OidcIssuer).default([]).describe("See below; issuers of bearer tokens"),
  clientCertificates: z
    .array(ClientCertificate)
    .default([])
    .describe("See below; needs tls.clientCaFile"),
  maxFailuresPerMinute: z
    .int()
    .min(1)
    .default(300)
    .describe("Wrong credentials from one address; beyond it 429 (IPv6: one /64)"),
});

/** Transport security of every port. */
export const Tls = z
  .strictObject({
    certFile: z.string().default("").describe("PEM chain of the server; empty: plain HTTP"),
    keyFile: z.string().default("").describe("PEM private key of that certificate"),
    clientCaFile: z.string().default("").describe("PEM authorities of client certificates"),
    requireClientCert: z
      .boolean()
      .default(false)
      .describe("Refuse connections without a certificate of clientCaFile"),
  })
  .refine(({ certFile, keyFile }) => (certFile === "") === (keyFile === ""), {
    error: "expected both certFile and keyFile, or neither",
  })
  .refine(({ certFile, clientCaFile }) => clientCaFile === "" || certFile !== "", {
    error: "clientCaFile needs certFile and keyFile",
  })
  .refine(({ requireClientCert, clientCaFile }) => !requireClientCert || clientCaFile !== "", {
    error: "requireClientCert needs clientCaFile",
  });

export type ApiKey = z.infer<typeof ApiKey>;
export type OidcIssuer = z.infer<typeof OidcIssuer>;
export type ClientCertificate = z.infer<typeof ClientCertificate>;
export type Auth = z.infer<typeof Auth>;
export type Tls = z.infer<typeof Tls>;

function isSecureUrl(text: string): boolean {
  if (!URL.canParse(text)) {
    return false;
  }
  const { protocol, hostname, username, password, hash } = new URL(text);
  const plainOnLoopback = protocol === "http:" && isLoopback(hostname);
  return (protocol === "https:" || plainOnLoopback) && username + password + hash === "";
}
