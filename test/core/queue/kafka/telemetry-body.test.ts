import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import type { AttributeValue } from "../../../../core/model/telemetry.ts";
import { decodeLogs } from "../../../../core/otlp/decode-logs.ts";
import { decodeMetrics } from "../../../../core/otlp/decode-metrics.ts";
import { decodeTraces } from "../../../../core/otlp/decode-traces.ts";
import { encodeLogRequest, encodeTraceRequest } from "../../../../core/otlp/encode.ts";
import { scanRequest } from "../../../../core/otlp/scan.ts";
import { telemetryBody } from "../../../../core/queue/kafka/telemetry-body.ts";
import { arbitraryMessage, encodePlain, requestTypes } from "../../otlp/oracle.ts";
import { logWith, spanWith } from "../../otlp/samples.ts";

const limits = { maxBodyBytes: 2 ** 26, maxValueBytes: 2 ** 23 };
const scanLimits = { oldestUnixNano: 0n, newestUnixNano: 2n ** 64n, maxDepth: 100 };
const identity = { contentType: "protobuf", contentEncoding: "identity" } as const;
const signals = [
  { signal: "traces", decode: decodeTraces },
  { signal: "logs", decode: decodeLogs },
  { signal: "metrics", decode: decodeMetrics },
] as const;

test("protobuf that is ready is passed on as it came, without a copy", async () => {
  const body = encodeTraceRequest([spanWith()]);
  const record = { ...identity, body, acceptedCount: 1, rejectedOrdinals: [] };
  const { parts } = await telemetryBody("traces", record, limits);
  expect(parts).toHaveLength(1);
  expect(parts[0]?.value.buffer).toBe(body.buffer);
  expect(Buffer.from(body).equals(parts[0]?.value ?? Buffer.alloc(0))).toBe(true);
});

test("a compressed request is written uncompressed, and a bomb is refused", async () => {
  const body = Buffer.from(encodeTraceRequest([spanWith()]));
  const record = {
    ...identity,
    contentEncoding: "gzip",
    acceptedCount: 1,
    rejectedOrdinals: [],
  } as const;
  const { parts } = await telemetryBody("traces", { ...record, body: gzipSync(body) }, limits);
  expect(parts.map(({ value }) => value)).toEqual([body]);
  const bomb = { ...record, body: gzipSync(Buffer.alloc(2 ** 20)) };
  await expect(telemetryBody("traces", bomb, { ...limits, maxBodyBytes: 1000 })).rejects.toThrow(
    /larger than 1000/,
  );
});

test.each(signals)(
  "$signal: divided, the parts hold all accepted records in order",
  async (codec) => {
    const { signal, decode } = codec;
    await fc.assert(
      fc.asyncProperty(
        arbitraryMessage(requestTypes[signal]),
        fc.integer({ min: 200, max: 5000 }),
        async (plain, maxValueBytes) => {
          const body = Buffer.from(encodePlain(requestTypes[signal], plain));
          const scan = scanRequest(signal, "protobuf", body, scanLimits);
          const { accepted: acceptedCount, rejectedOrdinals } = scan;
          const record = { ...identity, body, acceptedCount, rejectedOrdinals };
          const { parts, tooLarge } = await telemetryBody(signal, record, {
            ...limits,
            maxValueBytes,
          });
          const expected: readonly unknown[] = decode("protobuf", body, new Set(rejectedOrdinals));
          const found = parts.flatMap(({ value, count }) => {
            const records: readonly unknown[] = decode("protobuf", value);
            expect(records).toHaveLength(count);
            return records;
          });
          expect(parts.every(({ value }) => value.length <= maxValueBytes)).toBe(true);
          expect(found.length + tooLarge).toBe(expected.length);
          expect(
            tooLarge > 0 || JSON.stringify(text(found)) === JSON.stringify(text(expected)),
          ).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  },
);

test("JSON becomes protobuf that says the same", async () => {
  const attributes: [string, AttributeValue][] = [
    ["text", "with a quote and a snowman ☃"],
    ["large", 2n ** 60n],
    ["map", new Map<string, AttributeValue>([["list", [1, 2.5, null, true]]])],
  ];
  const log = logWith({ body: new Map(attributes), attributes: new Map(attributes), flags: 1 });
  const json = {
    resourceLogs: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] },
        schemaUrl: log.resource.schemaUrl,
        scopeLogs: [{ scope: { name: "s", version: "1" }, logRecords: [jsonLog()] }],
      },
    ],
  };
  const body = Buffer.from(JSON.stringify(json));
  const record = { contentType: "json", contentEncoding: "identity", body } as const;
  const both = { ...record, acceptedCount: 1, rejectedOrdinals: [] };
  const { parts } = await telemetryBody("logs", both, limits);
  expect(decodeLogs("protobuf", parts[0]?.value ?? body)).toEqual(decodeLogs("json", body));
  expect(decodeLogs("json", body)).toEqual([log]);
  expect(parts[0]?.value).toEqual(Buffer.from(encodeLogRequest([log])));

  function jsonLog() {
    const values = [
      { key: "text", value: { stringValue: attributes[0]?.[1] } },
      { key: "large", value: { intValue: String(2n ** 60n) } },
      {
        key: "map",
        value: {
          kvlistValue: {
            values: [
              {
                key: "list",
                value: {
                  arrayValue: {
                    values: [{ intValue: 1 }, { doubleValue: 2.5 }, {}, { boolValue: true }],
                  },
                },
              },
            ],
          },
        },
      },
    ];
    return {
      timeUnixNano: String(log.timeUnixNano),
      severityNumber: 9,
      severityText: "INFO",
      flags: 1,
      body: { kvlistValue: { values } },
      attributes: values,
    };
  }
});

/** Maps and bigints as text, to compare what was decoded. */
function text(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, item: unknown) => {
      if (item instanceof Map) {
        return { map: [...item] };
      }
      if (typeof item === "number" && !Number.isFinite(item)) {
        return String(item);
      }
      return typeof item === "bigint" ? `${item}n` : item;
    }),
  );
}
