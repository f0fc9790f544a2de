import { freeMemory } from "../../free-memory.ts";

/** Longest text written by a loop of our own; beyond it one native call is faster. */
const shortText = 24;

/**
 * Bytes written one after another into memory that grows: little-endian numbers, and strings
 * with their length in front, as ClickHouse's binary formats have them.
 */
export class ByteBuffer {
  #bytes: Buffer<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  constructor(initialBytes = 1024) {
    this.#bytes = allocate(initialBytes);
    this.#view = viewOf(this.#bytes);
  }

  get length(): number {
    return this.#length;
  }

  /** A view, valid until the next write. */
  view(start = 0, end: number = this.#length): Buffer<ArrayBuffer> {
    return this.#bytes.subarray(start, end);
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#view.setUint8(this.#length, value);
    this.#length += 1;
  }

  int32(value: number): void {
    this.#reserve(4);
    this.#view.setInt32(this.#length, value, true);
    this.#length += 4;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  /** A whole number from 0 to 2^53 in eight bytes. */
  uint64(value: number): void {
    this.#reserve(8);
    this.#view.setUint32(this.#length, value, true);
    this.#view.setUint32(this.#length + 4, value / 0x1_0000_0000, true);
    this.#length += 8;
  }

  /** Wraps around beyond 64 bits. */
  int64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigInt64(this.#length, value, true);
    this.#length += 8;
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** An unsigned LEB128 number, below 2^31. */
  varint(value: number): void {
    this.#reserve(5);
    this.#padded(value, varintBytes(value));
  }

  /** UTF-8 with its length in bytes in front; an unpaired surrogate becomes U+FFFD. */
  string(text: string): void {
    // A UTF-16 code unit takes at most three bytes.
    const most = text.length * 3;
    const lengthBytes = varintBytes(most);
    this.#reserve(most + lengthBytes);
    const start = this.#length;
    const body = start + lengthBytes;
    const written =
      text.length <= shortText && this.#ascii(text, body)
        ? text.length
        : this.#bytes.write(text, body, "utf8");
    // The room for the length was taken before it was known: it is padded to fill it.
    this.#padded(written, lengthBytes);
    this.#length = body + written;
  }

  #ascii(text: string, start: number): boolean {
    const bytes = this.#bytes;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) {
        return false;
      }
      bytes[start + index] = code;
    }
    return true;
  }

  #padded(value: number, bytes: number): void {
    let rest = value;
    for (let index = 1; index < bytes; index += 1) {
      this.#view.setUint8(this.#length, (rest & 0x7f) | 0x80);
      this.#length += 1;
      rest >>>= 7;
    }
    this.#view.setUint8(this.#length, rest);
    this.#length += 1;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) {
      return;
    }
    const grown = allocate(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    freeMemory(this.#bytes);
    this.#bytes = grown;
    this.#view = viewOf(grown);
  }
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) {
    bytes += 1;
  }
  return bytes;
}

/** Own memory, not Node's pool: it can be moved to another thread. */
function allocate(bytes: number): Buffer<ArrayBuffer> {
  return Buffer.allocUnsafeSlow(bytes);
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
