/** A failure that is told in words, without a stack: what was expected, what came, what to do. */
export class UserError extends Error {
  override readonly name = "UserError";
  /** 1 failed, 2 wrong usage. */
  readonly exitCode: 1 | 2;
  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
