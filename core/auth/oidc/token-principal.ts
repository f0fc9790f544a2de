import type { JWTPayload } from "jose";
import { type OidcIssuer, TenantName } from "../../config/auth-config.ts";
import { allScopes, type Principal, type Scope } from "../principal.ts";
import { RefusedCredential } from "../refused-credential.ts";

/** RFC 7519 and OpenID Connect allow 255 ASCII characters. */
const subject = /^[\x21-\x7e]{1,255}$/;

/**
 * Who the verified claims of a token speak for. The tenant comes from the claim, or from the
 * configuration of the issuer; a token without a usable one is refused.
 *
 * @throws RefusedCredential
 */
export function tokenPrincipal(claims: JWTPayload, config: OidcIssuer): Principal {
  if (claims.sub === undefined || !subject.test(claims.sub)) {
    throw new RefusedCredential("token_claims");
  }
  const tenant = TenantName.safeParse(config.tenant || claimAt(claims, config.tenantClaim));
  if (!tenant.success) {
    throw new RefusedCredential("token_tenant");
  }
  return {
    name: `oidc:${issuerName(config.issuer)}#${claims.sub}`,
    tenant: tenant.data,
    scopes: new Set(textsOf(claimAt(claims, config.scopesClaim)).flatMap(scopesOf(config))),
  };
}

/** Host and path: issuers of one host, such as realms, are told apart. */
function issuerName(issuer: string): string {
  const { host, pathname } = new URL(issuer);
  return `${host}${pathname.replace(/\/$/, "")}`;
}

/** A claim by its whole name (`https://example.org/roles`), else by path (`realm_access.roles`). */
function claimAt(claims: JWTPayload, name: string): unknown {
  if (Object.hasOwn(claims, name)) {
    return claims[name];
  }
  return name
    .split(".")
    .reduce<unknown>(
      (at, key) =>
        typeof at === "object" && at !== null && Object.hasOwn(at, key)
          ? (at as Record<string, unknown>)[key]
          : undefined,
      claims,
    );
}

function textsOf(claim: unknown): string[] {
  const values: unknown[] = typeof claim === "string" ? claim.split(" ") : [claim].flat();
  return values.filter((value) => typeof value === "string");
}

function scopesOf({ scopeMapping }: OidcIssuer): (value: string) => readonly Scope[] {
  const mapping = new Map<string, readonly Scope[]>(Object.entries(scopeMapping));
  return mapping.size > 0
    ? (value) => mapping.get(value) ?? []
    : (value) => allScopes.filter((scope) => scope === value);
}
