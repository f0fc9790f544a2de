type Random = () => number;

/** Damages a body in one of the ways that senders, networks and attackers do. */
export function mutateBytes(body: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const copy = Buffer.from(body);
  return pick(random, mutations)(copy, Buffer.from(other), random);
}

type Mutation = (body: Buffer, other: Buffer, random: Random) => Uint8Array;

const mutations: readonly Mutation[] = [
  flipBits,
  overwrite,
  truncate,
  splice,
  remove,
  repeat,
  insertLength,
  nest,
  (body, other, random) => flipBits(Buffer.from(splice(body, other, random)), other, random),
];

function flipBits(body: Buffer, _other: Buffer, random: Random): Uint8Array {
  for (let flips = below(random, 8); flips >= 0; flips -= 1) {
    const at = below(random, body.length);
    body[at] = (body[at] ?? 0) ^ (1 << below(random, 8));
  }
  return body;
}

function overwrite(body: Buffer, _other: Buffer, random: Random): Uint8Array {
  const at = below(random, body.length);
  const end = Math.min(body.length, at + 1 + below(random, 16));
  for (let offset = at; offset < end; offset += 1) {
    body[offset] = below(random, 256);
  }
  return body;
}

function truncate(body: Buffer, _other: Buffer, random: Random): Uint8Array {
  return body.subarray(0, below(random, body.length));
}

/** The head of one body and the tail of another. */
function splice(body: Buffer, other: Buffer, random: Random): Uint8Array {
  return Buffer.concat([
    body.subarray(0, below(random, body.length)),
    other.subarray(below(random, other.length)),
  ]);
}

function remove(body: Buffer, _other: Buffer, random: Random): Uint8Array {
  const at = below(random, body.length);
  return Buffer.concat([body.subarray(0, at), body.subarray(at + 1 + below(random, 32))]);
}

/** A piece of the body up to a thousand times, itself a sign of life for repeated fields. */
function repeat(body: Buffer, _other: Buffer, random: Random): Uint8Array {
  const at = below(random, body.length);
  const piece = body.subarray(at, at + 1 + below(random, 64));
  const times = 1 + below(random, 1000);
  return Buffer.concat([body.subarray(0, at), ...Array(times).fill(piece), body.subarray(at)]);
}

const lengths = [
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
  [0xff, 0xff, 0xff, 0x7f],
];

/** A varint that claims far more than there is, or never ends; in JSON, a number without end. */
function insertLength(body: Buffer, _other: Buffer, random: Random): Uint8Array {
  const at = below(random, body.length);
  const bytes =
    body[0] === 0x7b
      ? Buffer.from(pick(random, ["9".repeat(400), "1e999", "-", '"\\ud800"', "[".repeat(5000)]))
      : Buffer.from(pick(random, lengths));
  return Buffer.concat([body.subarray(0, at), bytes, body.subarray(at)]);
}

/** The body inside itself, or brackets in brackets, many times. */
function nest(body: Buffer, _other: Buffer, random: Random): Uint8Array {
  const depth = 1 + below(random, 300);
  if (body[0] === 0x7b) {
    const value = '{"arrayValue":{"values":['.repeat(depth) + "]}}".repeat(depth);
    const text = body.toString("latin1").replace(/\{"stringValue":"[^"]*"\}/, value);
    return Buffer.from(text, "latin1");
  }
  let message = body.subarray(0, 1 + below(random, 200));
  const tag = pick(random, [0x0a, 0x12, 0x2a, 0x32, 0x4a]);
  for (let level = 0; level < depth; level += 1) {
    message = Buffer.concat([Buffer.from([tag]), varint(message.length), message]);
  }
  return message;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * Math.max(1, limit));
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[below(random, items.length)] as T;
}
