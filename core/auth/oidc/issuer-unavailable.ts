/** An issuer could not be asked for its keys. It says nothing about the token. */
export class IssuerUnavailable extends Error {
  override readonly name = "IssuerUnavailable";
  constructor(issuer: string, cause?: unknown) {
    super(`the issuer ${issuer} cannot be asked for its keys right now`, { cause });
  }
}
