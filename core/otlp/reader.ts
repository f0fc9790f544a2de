import { maxObjectsPerRequest } from "./limits.ts";
import { OtlpDecodeError } from "./otlp-decode-error.ts";
import { StringCache } from "./string-cache.ts";

const twoTo32 = 2 ** 32;
const maxGroupDepth = 100;
const maxCachedValueBytes = 32;
const smallIntegers: readonly bigint[] = Array.from({ length: 128 }, (_, value) => BigInt(value));

/**
 * A cursor over protobuf bytes (https://protobuf.dev/programming-guides/encoding).
 *
 * Every read takes the `end` of the message it belongs to and never passes it: malformed bytes
 * throw `OtlpDecodeError` with the byte offset. Callers loop `while (reader.position < end)`,
 * switch on `tag`, and hand unknown tags to `skip`; a known field with another wire type is a
 * different tag, hence unknown, as in the reference implementations.
 */
export class ProtobufReader {
  readonly bytes: Buffer;
  readonly view: DataView;
  position = 0;
  private low = 0;
  private high = 0;
  private objects = 0;
  private keys: StringCache | null = null;
  private values: StringCache | null = null;

  constructor(body: Uint8Array) {
    // Always a Buffer: one hidden class keeps every access below monomorphic.
    this.bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  }

  /** Field number times eight plus wire type. */
  tag(end: number): number {
    const start = this.position;
    if (start < end) {
      const byte = this.bytes[start] as number;
      if (byte < 0x80) {
        this.position = start + 1;
        return byte;
      }
    }
    const tag = this.varint(end) >>> 0;
    if (this.high !== 0) {
      throw this.error(start, "a field tag below 2^32", "a greater one");
    }
    return tag;
  }

  /** The low 32 bits of a varint, signed: enums, bools and int32. */
  varint(end: number): number {
    const position = this.position;
    if (position < end) {
      const byte = this.bytes[position] as number;
      if (byte < 0x80) {
        this.position = position + 1;
        this.high = 0;
        return byte;
      }
    }
    this.readLongVarint(end);
    return this.low;
  }

  /** A zigzag-encoded sint32. */
  sint32(end: number): number {
    const value = this.varint(end);
    return (value >>> 1) ^ -(value & 1);
  }

  uint64(end: number): bigint {
    const value = this.varint(end);
    return this.high === 0 ? integer(value >>> 0) : join(this.high, value);
  }

  /** An int64: a number where that is exact, else a bigint. */
  int64(end: number): number | bigint {
    const low = this.varint(end) >>> 0;
    const value = (this.high | 0) * twoTo32 + low;
    return Number.isSafeInteger(value) ? value : BigInt.asIntN(64, join(this.high, low));
  }

  fixed64(end: number): bigint {
    return this.view.getBigUint64(this.advance(8, end), true);
  }

  sfixed64(end: number): bigint {
    return this.view.getBigInt64(this.advance(8, end), true);
  }

  fixed32(end: number): number {
    return this.view.getUint32(this.advance(4, end), true);
  }

  double(end: number): number {
    return this.view.getFloat64(this.advance(8, end), true);
  }

  /** Reads a length and returns the end of the content, which starts at `position`. */
  delimited(end: number): number {
    const start = this.position;
    if (start < end) {
      const size = this.bytes[start] as number;
      if (size < 0x80 && size < end - start) {
        this.position = start + 1;
        return start + 1 + size;
      }
    }
    const length = (this.varint(end) >>> 0) + this.high * twoTo32;
    if (length > end - this.position) {
      throw this.error(start, `a length of at most ${end - this.position}`, `${length}`);
    }
    return this.position + length;
  }

  /** Moves over `size` bytes and returns where they start. */
  advance(size: number, end: number): number {
    const start = this.position;
    if (size > end - start) {
      throw this.error(start, `${size} bytes`, `${end - start}`);
    }
    this.position = start + size;
    return start;
  }

  /** Invalid UTF-8 becomes U+FFFD; the scan refuses such records beforehand. */
  string(end: number): string {
    const stop = this.delimited(end);
    const start = this.position;
    this.position = stop;
    return start === stop ? "" : text(this.bytes, start, stop);
  }

  /** A string that is probably repeated in this body: the same bytes give the same string. */
  key(end: number): string {
    const stop = this.delimited(end);
    const start = this.position;
    this.position = stop;
    this.keys ??= new StringCache(this.bytes, this.view);
    return this.keys.text(start, stop);
  }

  /** A string value; a short one is often repeated, such as a model name. */
  value(end: number): string {
    const stop = this.delimited(end);
    const start = this.position;
    this.position = stop;
    if (stop - start > maxCachedValueBytes) {
      return text(this.bytes, start, stop);
    }
    this.values ??= new StringCache(this.bytes, this.view);
    return this.values.text(start, stop);
  }

  hex(end: number): string {
    const stop = this.delimited(end);
    const start = this.position;
    this.position = stop;
    return start === stop ? "" : this.bytes.toString("hex", start, stop);
  }

  /** A copy: the body may be reused or large. */
  copy(end: number): Uint8Array {
    const stop = this.delimited(end);
    const start = this.position;
    this.position = stop;
    return new Uint8Array(this.bytes.subarray(start, stop));
  }

  /** Calls `read` for each value of a packed field until its end. */
  packed(end: number, read: (stop: number) => void): void {
    const stop = this.delimited(end);
    while (this.position < stop) {
      read(stop);
    }
  }

  /** Counts an object about to be made; see `maxObjectsPerRequest`. */
  countObject(): void {
    this.objects += 1;
    if (this.objects > maxObjectsPerRequest) {
      throw this.error(this.position, `at most ${maxObjectsPerRequest} objects`, "more");
    }
  }

  skip(tag: number, end: number): void {
    if (tag >>> 3 === 0) {
      throw this.error(this.position, "a field number of at least 1", "0");
    }
    if ((tag & 7) === 3) {
      this.skipGroup(tag >>> 3, end);
      return;
    }
    this.skipScalar(tag, end);
  }

  error(offset: number, expected: string, got: string): OtlpDecodeError {
    return new OtlpDecodeError(`at byte ${offset}: expected ${expected}, got ${got}`);
  }

  private skipScalar(tag: number, end: number): void {
    switch (tag & 7) {
      case 0:
        this.varint(end);
        break;
      case 1:
        this.advance(8, end);
        break;
      case 2:
        this.position = this.delimited(end);
        break;
      case 5:
        this.advance(4, end);
        break;
      default:
        throw this.error(this.position, "wire type 0 to 3 or 5", `${tag & 7}`);
    }
  }

  /** Groups are long deprecated and may be nested: a loop with its own bounded stack. */
  private skipGroup(field: number, end: number): void {
    const open = [field];
    while (open.length > 0) {
      const tag = this.tag(end);
      if ((tag & 7) === 3) {
        open.push(tag >>> 3);
      } else if ((tag & 7) !== 4) {
        this.skip(tag, end);
      } else if (open.pop() !== tag >>> 3) {
        throw this.error(this.position, "the end of the innermost group", `that of ${tag >>> 3}`);
      }
      if (open.length > maxGroupDepth) {
        throw this.error(this.position, `groups at most ${maxGroupDepth} deep`, "deeper ones");
      }
    }
  }

  private readLongVarint(end: number): void {
    const start = this.position;
    let low = 0;
    let high = 0;
    for (let index = 0; index < 10; index += 1) {
      if (start + index >= end) {
        throw this.error(start, "a varint", `the end of the message after ${index} bytes`);
      }
      const byte = this.bytes[start + index] as number;
      const bits = byte & 0x7f;
      if (index < 4) {
        low |= bits << (7 * index);
      } else if (index === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else {
        high |= bits << (7 * index - 32);
      }
      if (byte < 0x80 && (index < 9 || byte < 2)) {
        this.low = low;
        this.high = high >>> 0;
        this.position = start + index + 1;
        return;
      }
    }
    throw this.error(start, "a varint of at most 64 bits", "a longer one");
  }
}

/** UTF-8, the default: naming it would cost a fifth more. */
function text(bytes: Buffer, start: number, stop: number): string {
  return bytes.toString(undefined, start, stop);
}

function integer(value: number): bigint {
  return value < 128 ? (smallIntegers[value] as bigint) : BigInt(value);
}

function join(high: number, low: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
