import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import * as protobuf from "protobufjs";

/** An independent implementation to check ours against: protobufjs on the schema in fixtures. */
const schema = readFileSync(new URL("../../fixtures/otlp.proto", import.meta.url), "utf8");
const root = protobuf.parse(schema).root;

export const requestTypes = {
  traces: root.lookupType("TraceRequest"),
  logs: root.lookupType("LogsRequest"),
  metrics: root.lookupType("MetricsRequest"),
};
export const responseType = root.lookupType("ExportTraceServiceResponse");
export const statusType = root.lookupType("RpcStatus");

/** A message as a plain object: 64-bit integers as strings, bytes as Buffers. */
export type Plain = Record<string, unknown>;

export function encodePlain(type: protobuf.Type, plain: Plain): Uint8Array {
  return type.encode(type.fromObject(plain)).finish();
}

export function decodePlain(type: protobuf.Type, bytes: Uint8Array): Plain {
  return type.toObject(type.decode(bytes), { longs: String, bytes: Buffer });
}

/** Random messages of a type, nested values up to a few levels deep. */
export function arbitraryMessage(type: protobuf.Type, depth = 0): fc.Arbitrary<Plain> {
  type.resolveAll();
  const fields = type.fieldsArray.filter((field) => depth < 10 || !isMessage(field));
  const free = fields.filter((field) => field.partOf === null || !isChoice(field.partOf));
  const parts = free.map((field) => optionalField(field, depth));
  const choices = type.oneofsArray.filter(isChoice).map((choice) => {
    const members = choice.fieldsArray.filter((field) => fields.includes(field));
    return fc.option(fc.oneof(...members.map((field) => presentField(field, depth))), { nil: {} });
  });
  return fc.tuple(...parts, ...choices).map((objects) => Object.assign({}, ...objects) as Plain);
}

/** `optional` fields are oneofs of one member. */
function isChoice(oneof: protobuf.OneOf): boolean {
  return oneof.fieldsArray.length > 1;
}

function isMessage(field: protobuf.Field): boolean {
  return field.resolvedType instanceof protobuf.Type;
}

/** The lists that lead to records. */
const spine =
  /^(?:resource|scope)(?:Spans|Logs|Metrics)$|^(?:spans|logRecords|metrics|dataPoints)$/;

function optionalField(field: protobuf.Field, depth: number): fc.Arbitrary<Plain> {
  const { name } = field;
  const always = spine.test(name) || name.endsWith("Id") || name.endsWith("UnixNano");
  const present = presentField(field, depth);
  return always ? present : fc.oneof({ weight: 2, arbitrary: present }, fc.constant({}));
}

function presentField(field: protobuf.Field, depth: number): fc.Arbitrary<Plain> {
  const single = arbitraryValue(field, depth);
  const maxLength = depth < 4 ? 3 : 2;
  const minLength = spine.test(field.name) ? 1 : 0;
  const value = field.repeated ? fc.array(single, { minLength, maxLength }) : single;
  return value.map((content) => ({ [field.name]: content }));
}

function arbitraryValue(field: protobuf.Field, depth: number): fc.Arbitrary<unknown> {
  if (field.resolvedType instanceof protobuf.Type) {
    return arbitraryMessage(field.resolvedType, depth + 1);
  }
  switch (field.type) {
    case "string":
      return arbitraryString(field.name);
    case "bytes":
      return arbitraryBytes(field.name);
    case "bool":
      return fc.boolean();
    case "double":
      return fc.double();
    case "int64":
    case "sfixed64":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    case "uint64":
    case "fixed64":
      return arbitraryUint64(field.name);
    case "int32":
    case "sint32":
      return fc.integer();
    default:
      return fc.nat();
  }
}

function arbitraryString(name: string): fc.Arbitrary<string> {
  const hostile = fc.constantFrom("__proto__", "constructor", "event.name", "a".repeat(200));
  const any = fc.string({ unit: "binary", maxLength: 12 });
  return name === "name"
    ? fc.oneof(any, fc.constant("cursor.telemetry"))
    : fc.oneof({ weight: 3, arbitrary: any }, hostile);
}

/** Ids mostly have the right length. */
function arbitraryBytes(name: string): fc.Arbitrary<Buffer> {
  const size = name === "traceId" ? 16 : 8;
  const exact = fc.uint8Array({ minLength: size, maxLength: size });
  const any = fc.uint8Array({ maxLength: 20 });
  const zero = fc.constant(new Uint8Array(size));
  return fc
    .oneof({ weight: 30, arbitrary: exact }, any, zero, fc.constant(new Uint8Array(0)))
    .map((bytes) => Buffer.from(bytes));
}

/** Times near the edges of `oldest` and `newest` as well as anywhere. */
function arbitraryUint64(name: string): fc.Arbitrary<string> {
  const any = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const near = fc.bigInt({ min: -2n, max: 2n });
  const edge = fc
    .tuple(fc.constantFrom(oldest, newest, (oldest + newest) / 2n), near)
    .map(([time, offset]) => time + offset);
  const time = fc.oneof({ weight: 20, arbitrary: edge }, any, fc.constant(0n));
  return (name.endsWith("UnixNano") ? time : any).map(String);
}

export const oldest = 1_760_000_000_000_000_001n;
export const newest = 1_763_000_000_123_456_789n;
