/** A journal could not be written or read in time; the caller may try again. */
export class JournalError extends Error {
  override readonly name = "JournalError";
  /** Whether what was to be appended may be, or come to be, in the log all the same. */
  readonly mayBeWritten: boolean;
  constructor(message: string, options: { mayBeWritten?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.mayBeWritten = options.mayBeWritten ?? false;
  }
}
