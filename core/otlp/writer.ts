/**
 * Writes protobuf messages into one growing buffer. `field` is the field number. Fields with
 * the default value of proto3 are left out, except where a method says otherwise.
 */
export class ProtobufWriter {
  private bytes: Buffer = Buffer.allocUnsafe(1024);
  private length = 0;

  /** A copy of what was written. */
  finish(): Uint8Array {
    return new Uint8Array(this.bytes.subarray(0, this.length));
  }

  /** A nested message, written even when empty. */
  message(field: number, write: () => void): void {
    this.varint(BigInt(field * 8 + 2));
    const start = this.length;
    // One byte is kept for the length; a longer length moves the content.
    this.grow(1);
    this.length += 1;
    write();
    const size = this.length - start - 1;
    const lengthBytes = varintSize(size);
    this.grow(lengthBytes);
    this.bytes.copyWithin(start + lengthBytes, start + 1, this.length);
    this.length = start;
    this.varint(BigInt(size));
    this.length += size;
  }

  string(field: number, value: string): void {
    if (value !== "") {
      this.writeString(field, value);
    }
  }

  /** A string, also when empty: inside a oneof an empty string is not nothing. */
  writeString(field: number, value: string): void {
    const size = Buffer.byteLength(value);
    this.header(field, size);
    this.bytes.write(value, this.length);
    this.length += size;
  }

  /** Bytes, also when empty. */
  writeBytes(field: number, value: Uint8Array): void {
    this.header(field, value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  hex(field: number, value: string): void {
    if (value !== "") {
      this.writeBytes(field, Buffer.from(value, "hex"));
    }
  }

  /** An int32, uint32 or enum. */
  integer(field: number, value: number): void {
    if (value !== 0) {
      this.writeInt64(field, BigInt(value));
    }
  }

  sint32(field: number, value: number): void {
    this.integer(field, ((value << 1) ^ (value >> 31)) >>> 0);
  }

  /** An int64, also when zero. */
  writeInt64(field: number, value: bigint): void {
    this.varint(BigInt(field * 8));
    this.varint(BigInt.asUintN(64, value));
  }

  boolean(field: number, value: boolean): void {
    this.integer(field, value ? 1 : 0);
  }

  /** A bool, also when false. */
  writeBoolean(field: number, value: boolean): void {
    this.writeInt64(field, value ? 1n : 0n);
  }

  fixed32(field: number, value: number): void {
    if (value !== 0) {
      this.varint(BigInt(field * 8 + 5));
      this.grow(4);
      this.length = this.bytes.writeUInt32LE(value >>> 0, this.length);
    }
  }

  fixed64(field: number, value: bigint): void {
    if (value !== 0n) {
      this.varint(BigInt(field * 8 + 1));
      this.putFixed64(value);
    }
  }

  /** A double, also when zero. */
  writeDouble(field: number, value: number): void {
    this.varint(BigInt(field * 8 + 1));
    this.putDouble(value);
  }

  packedFixed64(field: number, values: readonly bigint[]): void {
    if (values.length > 0) {
      this.header(field, values.length * 8);
      values.forEach((value) => this.putFixed64(value));
    }
  }

  packedDouble(field: number, values: readonly number[]): void {
    if (values.length > 0) {
      this.header(field, values.length * 8);
      values.forEach((value) => this.putDouble(value));
    }
  }

  packedUint64(field: number, values: readonly bigint[]): void {
    if (values.length > 0) {
      this.message(field, () => values.forEach((value) => this.varint(value)));
    }
  }

  private header(field: number, size: number): void {
    this.varint(BigInt(field * 8 + 2));
    this.varint(BigInt(size));
    this.grow(size);
  }

  private putFixed64(value: bigint): void {
    this.grow(8);
    this.length = this.bytes.writeBigUInt64LE(value, this.length);
  }

  private putDouble(value: number): void {
    this.grow(8);
    this.length = this.bytes.writeDoubleLE(value, this.length);
  }

  private varint(value: bigint): void {
    this.grow(10);
    let rest = value;
    while (rest > 0x7fn) {
      this.bytes[this.length] = Number(rest & 0x7fn) | 0x80;
      this.length += 1;
      rest >>= 7n;
    }
    this.bytes[this.length] = Number(rest);
    this.length += 1;
  }

  private grow(size: number): void {
    if (this.length + size > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + size));
      this.bytes.copy(larger, 0, 0, this.length);
      this.bytes = larger;
    }
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) {
    size += 1;
  }
  return size;
}
