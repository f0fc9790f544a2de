/** A log that many processes write and one at a time reads. */
export interface SharedLogWriter {
  /** Resolves once the record is durable. */
  append(key: string, value: Buffer): Promise<void>;
}

export interface SharedLogReader {
  /** Waits for this process to become the reader; `null` after the timeout. */
  lead(timeoutMs: number): Promise<LogTerm | null>;
  /** Gives reading up at once, so that another process need not wait. */
  close(): Promise<void>;
}

/** The time for which this process is the only reader. */
export interface LogTerm {
  /**
   * False once another process may be the reader. By a clock that nobody can set, so that a
   * process that was paused finds out before it does anything else.
   */
  isHeld(): boolean;
  /** The next records from the committed offset on, none after the timeout. */
  read(timeoutMs: number): Promise<readonly SharedLogRecord[]>;
  /** The next term begins here. Does nothing when the term is over. */
  commit(offset: number): Promise<void>;
}

export interface SharedLogRecord {
  readonly offset: number;
  readonly value: Buffer;
}
