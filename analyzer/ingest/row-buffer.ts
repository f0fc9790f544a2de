/** Where a row lies in its buffer. */
export interface RowSlice {
  readonly start: number;
  readonly end: number;
}

/**
 * Newline-delimited JSON rows written one after another into one growing buffer: each row is
 * encoded to UTF-8 once and goes to the store without another copy.
 */
export class RowBuffer {
  #bytes: Buffer<ArrayBuffer>;
  #length = 0;

  constructor(initialBytes = 1 << 16) {
    // Own memory, not Node's pool: it can be moved to another thread.
    this.#bytes = Buffer.from(new ArrayBuffer(initialBytes));
  }

  get length(): number {
    return this.#length;
  }

  /** Appends text and returns where its bytes begin. */
  write(text: string): number {
    const start = this.#length;
    // A UTF-16 code unit takes at most three bytes.
    this.#reserve(text.length * 3);
    this.#length += this.#bytes.write(text, start, "utf8");
    return start;
  }

  /** A view, valid until the next write. */
  view(start: number, end: number = this.#length): Buffer {
    return this.#bytes.subarray(start, end);
  }

  /** All rows, with the memory itself: this buffer is empty afterwards. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#bytes.buffer.transfer(this.#length));
    this.#bytes = Buffer.from(new ArrayBuffer(0));
    this.#length = 0;
    return bytes;
  }

  /** A copy of the given rows in a buffer of their own. */
  copyOf(slices: readonly RowSlice[]): Uint8Array<ArrayBuffer> {
    const total = slices.reduce((sum, { start, end }) => sum + end - start, 0);
    const copy = Buffer.from(new ArrayBuffer(total));
    let at = 0;
    for (const { start, end } of slices) {
      at += this.#bytes.copy(copy, at, start, end);
    }
    return copy;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) {
      return;
    }
    const grown = Buffer.from(new ArrayBuffer(Math.max(needed, this.#bytes.length * 2)));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
