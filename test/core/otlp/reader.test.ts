import { OtlpDecodeError } from "../../../core/otlp/otlp-decode-error.ts";
import { ProtobufReader } from "../../../core/otlp/reader.ts";

function readerOf(...bytes: number[]): ProtobufReader {
  return new ProtobufReader(Uint8Array.from(bytes));
}

describe("varints", () => {
  test.each([
    { bytes: [0x00], value: 0 },
    { bytes: [0x7f], value: 127 },
    { bytes: [0x80, 0x01], value: 128 },
    { bytes: [0xff, 0xff, 0xff, 0xff, 0x0f], value: 2 ** 32 - 1 },
    { bytes: [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10], value: 2 ** 53 },
    { bytes: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f], value: 2 ** 53 - 1 },
    { bytes: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], value: -1 },
    { bytes: [0x80, 0x00], value: 0 },
  ])("int64 $value", ({ bytes, value }) => {
    expect(BigInt(readerOf(...bytes).int64(bytes.length))).toBe(BigInt(value));
  });

  test("an int64 beyond 2^53 is an exact bigint", () => {
    const bytes = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01];
    expect(readerOf(...bytes).int64(10)).toBe(-(2n ** 63n));
    expect(readerOf(...bytes).uint64(10)).toBe(2n ** 63n);
  });

  test.each([
    { bytes: [0x00], value: 0 },
    { bytes: [0x01], value: -1 },
    { bytes: [0xff, 0xff, 0xff, 0xff, 0x0f], value: -(2 ** 31) },
  ])("sint32 $value", ({ bytes, value }) => {
    expect(readerOf(...bytes).sint32(bytes.length)).toBe(value);
  });

  test("a truncated one is refused with its offset", () => {
    const reader = readerOf(0x01, 0x80, 0x80);
    reader.varint(3);
    expect(() => reader.varint(3)).toThrow(/at byte 1: expected a varint, got the end/);
  });

  test("one of more than 64 bits is refused", () => {
    const tooLong = readerOf(...Array.from({ length: 10 }, () => 0xff), 0x01);
    expect(() => tooLong.varint(11)).toThrow(/at byte 0: expected a varint of at most 64 bits/);
    const tooGreat = readerOf(...Array.from({ length: 9 }, () => 0xff), 0x02);
    expect(() => tooGreat.varint(10)).toThrow(OtlpDecodeError);
  });

  test("the end of the message holds even when the body goes on", () => {
    expect(() => readerOf(0x80, 0x01).varint(1)).toThrow(OtlpDecodeError);
    expect(() => readerOf(1, 2, 3, 4, 5, 6, 7, 8).fixed64(7)).toThrow(/expected 8 bytes, got 7/);
    expect(() => readerOf(0x03, 1, 2, 3).delimited(3)).toThrow(/a length of at most 2, got 3/);
  });
});

describe("skip", () => {
  test("moves over every wire type", () => {
    const body = [0x08, 0x96, 0x01, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x1a, 0x01, 9, 0x25, 1, 2, 3, 4];
    const reader = readerOf(...body);
    while (reader.position < body.length) {
      reader.skip(reader.tag(body.length), body.length);
    }
    expect(reader.position).toBe(body.length);
  });

  test("moves over nested groups", () => {
    // Field 1 starts a group, which holds group 2 and a varint.
    const body = [0x0b, 0x13, 0x18, 0x05, 0x14, 0x0c];
    const reader = readerOf(...body);
    reader.skip(reader.tag(6), 6);
    expect(reader.position).toBe(6);
  });

  test.each([
    { name: "an unfinished group", body: [0x0b, 0x18, 0x05] },
    { name: "a group closed by another", body: [0x0b, 0x14] },
    { name: "the end of no group", body: [0x0c] },
    { name: "wire type 6", body: [0x0e] },
    { name: "wire type 7", body: [0x0f] },
    { name: "field number 0", body: [0x00, 0x00] },
    { name: "groups 200 deep", body: Array.from({ length: 200 }, () => 0x0b) },
  ])("refuses $name", ({ body }) => {
    const reader = readerOf(...body);
    expect(() => reader.skip(reader.tag(body.length), body.length)).toThrow(OtlpDecodeError);
  });

  test("refuses a tag of more than 32 bits", () => {
    expect(() => readerOf(0x88, 0x80, 0x80, 0x80, 0x10).tag(5)).toThrow(/below 2\^32/);
  });
});

describe("key", () => {
  test("gives each text its own string, in whatever slots they fall", () => {
    const texts = [
      ...Array.from({ length: 3000 }, (_, index) => `key.${index % 1500}`),
      ...Array.from({ length: 1000 }, (_, index) => `long.${1000 + index}.common.suffix`),
      "x".repeat(2),
      "x".repeat(300),
      "x".repeat(2),
      "",
      "ключ",
      "ключ",
    ];
    const body = Buffer.concat(
      texts.flatMap((text) => {
        const bytes = Buffer.from(text);
        return [Buffer.from([(bytes.length & 0x7f) | 0x80, bytes.length >> 7]), bytes];
      }),
    );
    const reader = new ProtobufReader(body);
    expect(texts.map(() => reader.key(body.length))).toEqual(texts);
  });
});
