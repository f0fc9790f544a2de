import * as fc from "fast-check";
import type { FetchedMessage } from "../../../../core/queue/kafka/kafkajs-internals.ts";
import {
  readCounts,
  readHeaders,
  toQueueRecord,
  writeHeaders,
} from "../../../../core/queue/kafka/message.ts";

function messageWith(headers: Record<string, string>, value = Buffer.from("body")): FetchedMessage {
  const buffers = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]);
  return { offset: "7", timestamp: "1", key: null, value, headers: Object.fromEntries(buffers) };
}

const facts = fc.record({
  tenant: fc.string({ unit: "grapheme", minLength: 1 }),
  receivedAtUnixMs: fc.nat(),
  acceptedCount: fc.nat(),
  rejected: fc.dictionary(fc.stringMatching(/^[a-z_]{1,20}$/), fc.nat(), { noNullPrototype: true }),
  digest: fc.stringMatching(/^[0-9a-f]{0,64}$/),
});

test("headers say again what they were written for", () => {
  fc.assert(
    fc.property(facts, fc.constantFrom("protobuf" as const, "json" as const), (written, type) => {
      const message = messageWith(writeHeaders(written, type));
      expect(readHeaders(message)).toEqual(written);
      expect(toQueueRecord(message, "logs", written)).toMatchObject({
        position: 7,
        signal: "logs",
        tenant: written.tenant,
        contentType: type,
        contentEncoding: "identity",
        rejectedOrdinals: [],
      });
    }),
  );
});

test("headers that are not ours, or make no sense, are none", () => {
  const sound = writeHeaders(
    { tenant: "a", receivedAtUnixMs: 1, acceptedCount: 1, rejected: {}, digest: "" },
    "protobuf",
  );
  expect(readHeaders(messageWith(sound))).not.toBeNull();
  expect(readHeaders({ offset: "0", timestamp: "0", key: null, value: null })).toBeNull();
  for (const changed of [
    { "x-schema": "otlp/2" },
    { "x-accepted": "-1" },
    { "x-accepted": "many" },
    { "x-received-at": "" + 2 ** 60 },
    { "x-rejected": "[1]" },
    { "x-rejected": '{"a":-1}' },
    { "x-rejected": "{" },
    { "x-tenant": "" },
  ]) {
    expect(readHeaders(messageWith({ ...sound, ...changed }))).toBeNull();
  }
});

test("any headers and counts are read without an exception", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), fc.string(), (headers, text) => {
      expect(() => readHeaders(messageWith(headers))).not.toThrow();
      const counts = readCounts(text);
      expect(counts === null || Object.values(counts).every((n) => n >= 0)).toBe(true);
    }),
  );
});
