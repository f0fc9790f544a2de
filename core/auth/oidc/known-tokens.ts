import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { Clock } from "../../clock.ts";
import type { OidcIssuer } from "../../config/auth-config.ts";
import type { Principal } from "../principal.ts";
import { type RefusalReason, RefusedCredential } from "../refused-credential.ts";
import { createIssuerKeys } from "./issuer-keys.ts";
import { tokenPrincipal } from "./token-principal.ts";

/** Bearer tokens (JSON Web Tokens) of the configured issuers. */
export interface KnownTokens {
  /**
   * The holder of a token; `null` for a text that is no token, or when no issuer is configured.
   *
   * @throws RefusedCredential, or IssuerUnavailable when the token could not be checked.
   */
  find(secret: string): Promise<Principal | null>;
}

interface TokenIssuer {
  readonly config: OidcIssuer;
  readonly keys: JWTVerifyGetKey;
}

export function createKnownTokens(configs: readonly OidcIssuer[], clock: Clock): KnownTokens {
  const issuers = configs.map((config) => ({ config, keys: createIssuerKeys(config, clock) }));
  return {
    async find(secret) {
      if (issuers.length === 0 || !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(secret)) {
        return null;
      }
      try {
        const { config, keys } = chooseIssuer(issuers, decodeJwt(secret));
        const { issuer, audience, algorithms, clockToleranceSeconds } = config;
        const { payload } = await jwtVerify(secret, keys, {
          issuer,
          audience,
          algorithms,
          clockTolerance: clockToleranceSeconds,
          currentDate: new Date(clock.now()),
          requiredClaims: ["exp", "sub"],
        });
        return tokenPrincipal(payload, config);
      } catch (error) {
        const reason = reasonOf(error);
        throw reason === null ? error : new RefusedCredential(reason, error);
      }
    },
  };
}

/** By claims that nobody has verified yet: they choose whose keys to try, and no more. */
function chooseIssuer(issuers: readonly TokenIssuer[], { iss, aud }: JWTPayload): TokenIssuer {
  const candidates = issuers.filter(({ config }) => config.issuer === iss);
  const audiences = [aud].flat();
  const chosen =
    candidates.find(({ config }) => audiences.includes(config.audience)) ?? candidates[0];
  if (chosen === undefined) {
    throw new RefusedCredential("token_issuer");
  }
  return chosen;
}

const reasonOfCode = new Map<string, RefusalReason>([
  [errors.JWTExpired.code, "token_expired"],
  [errors.JOSEAlgNotAllowed.code, "token_algorithm"],
  [errors.JOSENotSupported.code, "token_algorithm"],
  [errors.JWSSignatureVerificationFailed.code, "token_signature"],
  [errors.JWKSNoMatchingKey.code, "token_signature"],
  [errors.JWKSMultipleMatchingKeys.code, "token_signature"],
]);

const reasonOfClaim = new Map<string, RefusalReason>([
  ["aud", "token_audience"],
  ["iss", "token_issuer"],
  ["nbf", "token_not_yet"],
]);

/** Why the library refused a token; `null` for an error that is not about the token. */
function reasonOf(error: unknown): RefusalReason | null {
  if (error instanceof TypeError) {
    // A key of the issuer that does not fit the token's algorithm, or is too short for it.
    return "token_signature";
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return reasonOfClaim.get(error.claim) ?? "token_claims";
  }
  return error instanceof errors.JOSEError
    ? (reasonOfCode.get(error.code) ?? "token_malformed")
    : null;
}
