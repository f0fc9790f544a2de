/** Why a credential was refused, in words for its holder. The reasons are also metric labels. */
export const refusalReasons = {
  unknown: "this API key or token is not known here",
  key_expired: "this API key has expired; make or rotate one with `telltale keys`",
  key_revoked: "this API key was revoked",
  token_malformed: "expected a signed JSON Web Token",
  token_issuer: "this token is of no configured issuer",
  token_signature: "the signature of this token does not verify with a key of its issuer",
  token_algorithm: "this token is signed with an algorithm that is not accepted",
  token_expired: "this token has expired",
  token_not_yet: "this token is not valid yet",
  token_audience: "this token is meant for another audience",
  token_claims: "a claim of this token is missing or has another form than expected",
  token_tenant: "this token names no tenant: expected 1 to 64 of a-z 0-9 _ - in its tenant claim",
} as const;

export type RefusalReason = keyof typeof refusalReasons;

/** A credential that was shown and does not hold. */
export class RefusedCredential extends Error {
  override readonly name = "RefusedCredential";
  readonly reason: RefusalReason;
  constructor(reason: RefusalReason, cause?: unknown) {
    super(refusalReasons[reason], { cause });
    this.reason = reason;
  }
}
