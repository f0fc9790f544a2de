import { decodeLogs } from "../../../core/otlp/decode-logs.ts";
import { decodeTraces } from "../../../core/otlp/decode-traces.ts";
import {
  encodeLogRequest,
  encodeMetricRequest,
  encodeTraceRequest,
} from "../../../core/otlp/encode.ts";
import { OtlpDecodeError } from "../../../core/otlp/otlp-decode-error.ts";
import { scanRequest } from "../../../core/otlp/scan.ts";
import { gaugeWith, logWith, nestedValue, nowNano, spanWith } from "./samples.ts";

const second = 1_000_000_000n;
const limits = {
  oldestUnixNano: nowNano - 10n * second,
  newestUnixNano: nowNano + 10n * second,
  maxDepth: 100,
};

function scanSpans(...spans: Parameters<typeof spanWith>[0][]) {
  const body = encodeTraceRequest(spans.map((parts) => spanWith(parts)));
  return { body, ...scanRequest("traces", "protobuf", body, limits) };
}

describe("ids", () => {
  test.each([
    { traceId: "" },
    { traceId: "0102" },
    { traceId: "00".repeat(16) },
    { traceId: "01".repeat(17) },
    { spanId: "" },
    { spanId: "00".repeat(8) },
    { spanId: "01".repeat(16) },
    { parentSpanId: "01" },
  ])("of a span: %j is refused", (parts) => {
    const { accepted, rejected, rejectedOrdinals } = scanSpans({}, parts, {});
    expect({ accepted, rejected, rejectedOrdinals }).toEqual({
      accepted: 2,
      rejected: { invalid_id: 1 },
      rejectedOrdinals: [1],
    });
  });

  test("of a log record may be absent or all zero, but not of another length", () => {
    const body = encodeLogRequest([
      logWith(),
      logWith({ traceId: "00".repeat(16), spanId: "00".repeat(8) }),
      logWith({ traceId: "01" }),
      logWith({ spanId: "0102" }),
    ]);
    expect(scanRequest("logs", "protobuf", body, limits).rejectedOrdinals).toEqual([2, 3]);
    expect(decodeLogs("protobuf", body)[1]).toMatchObject({ traceId: "", spanId: "" });
  });
});

describe("times", () => {
  test("the range is inclusive and exact to the nanosecond", () => {
    const { oldestUnixNano, newestUnixNano } = limits;
    const starts = [oldestUnixNano - 1n, oldestUnixNano, newestUnixNano, newestUnixNano + 1n, 0n];
    const { rejectedOrdinals, message } = scanSpans(
      ...starts.map((startTimeUnixNano) => ({ startTimeUnixNano })),
    );
    expect(rejectedOrdinals).toEqual([0, 3, 4]);
    expect(message).toBe(
      "refused 3 of 5 spans: 3 time_out_of_range " +
        "(accepted from 2025-11-13T02:13:10.123Z to 2025-11-13T02:13:30.123Z)",
    );
  });

  test("the end of a span may lie before its start", () => {
    expect(scanSpans({ endTimeUnixNano: 1n }).accepted).toBe(1);
  });

  test("of a log record: observed time stands in, both absent is accepted", () => {
    const body = encodeLogRequest([
      logWith({ timeUnixNano: 0n, observedTimeUnixNano: nowNano }),
      logWith({ timeUnixNano: 0n, observedTimeUnixNano: 1n }),
      logWith({ timeUnixNano: 0n, observedTimeUnixNano: 0n }),
      logWith({ timeUnixNano: 1n, observedTimeUnixNano: nowNano }),
    ]);
    expect(scanRequest("logs", "protobuf", body, limits).rejectedOrdinals).toEqual([1, 3]);
  });

  test("of a data point", () => {
    const body = encodeMetricRequest([gaugeWith(), gaugeWith({ timeUnixNano: 1n })]);
    const { rejectedOrdinals, message } = scanRequest("metrics", "protobuf", body, limits);
    expect(rejectedOrdinals).toEqual([1]);
    expect(message).toMatch(/^refused 1 of 2 data points/);
  });

  test("limits beyond what 64 bits hold accept every time", () => {
    const body = encodeTraceRequest([
      spanWith({ startTimeUnixNano: 0n }),
      spanWith({ startTimeUnixNano: 2n ** 64n - 1n }),
    ]);
    const all = { oldestUnixNano: -1n, newestUnixNano: 2n ** 70n, maxDepth: 100 };
    expect(scanRequest("traces", "protobuf", body, all).accepted).toBe(2);
  });
});

describe("UTF-8", () => {
  const marker = "\u0001\u0002marker";
  /** Replaces the marker by bytes that are no UTF-8. */
  function corrupt(body: Uint8Array): Uint8Array {
    const bytes = Buffer.from(body);
    const at = bytes.indexOf(marker);
    expect(at).toBeGreaterThan(0);
    bytes[at] = 0xff;
    return bytes;
  }

  test.each([
    { place: "name", parts: { name: marker } },
    { place: "trace state", parts: { traceState: marker } },
    { place: "status message", parts: { statusMessage: marker } },
    { place: "attribute key", parts: { attributes: new Map([[marker, 1]]) } },
    { place: "attribute value", parts: { attributes: new Map([["k", marker]]) } },
    { place: "long value", parts: { attributes: new Map([["k", `${marker}${"é".repeat(300)}`]]) } },
    { place: "nested value", parts: { attributes: new Map([["k", [new Map([["k", marker]])]]]) } },
    {
      place: "event",
      parts: { events: [{ timeUnixNano: 0n, name: marker, attributes: new Map() }] },
    },
    {
      place: "link",
      parts: { links: [{ traceId: "", spanId: "", traceState: marker, attributes: new Map() }] },
    },
  ])("a bad $place refuses the span alone", ({ parts }) => {
    const body = corrupt(encodeTraceRequest([spanWith(), spanWith(parts)]));
    const { rejected, rejectedOrdinals } = scanRequest("traces", "protobuf", body, limits);
    expect(rejected).toEqual({ invalid_utf8: 1 });
    expect(decodeTraces("protobuf", body, new Set(rejectedOrdinals))).toEqual([spanWith()]);
  });

  test("one bad byte is found at every position of every length", () => {
    for (const length of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 191, 192, 193]) {
      const name = "n".repeat(length);
      const body = Buffer.from(encodeTraceRequest([spanWith({ name })]));
      const start = body.indexOf(name);
      const refused = Array.from({ length }, (_, index) => {
        const damaged = Buffer.from(body);
        damaged[start + index] = 0xff;
        return scanRequest("traces", "protobuf", damaged, limits).rejected["invalid_utf8"];
      });
      expect(refused).toEqual(Array.from({ length }, () => 1));
    }
  });

  test("valid text in other scripts passes", () => {
    const text = "订单🙂é".repeat(100);
    expect(scanSpans({ name: "é", attributes: new Map([[text, text]]) }).accepted).toBe(1);
  });

  test("a bad resource refuses every record below it, and only those", () => {
    const bad = { attributes: new Map([["service.name", marker]]), schemaUrl: "" };
    const spans = [spanWith({ resource: bad }), spanWith({ resource: bad }), spanWith()];
    const body = corrupt(encodeTraceRequest(spans));
    const { rejectedOrdinals } = scanRequest("traces", "protobuf", body, limits);
    expect(rejectedOrdinals).toEqual([0, 1]);
    expect(decodeTraces("protobuf", body, new Set(rejectedOrdinals))).toHaveLength(1);
  });

  test("a bad metric name refuses its points", () => {
    const bad = gaugeWith({ metricName: marker });
    const body = corrupt(encodeMetricRequest([gaugeWith(), bad, bad]));
    expect(scanRequest("metrics", "protobuf", body, limits).rejectedOrdinals).toEqual([1, 2]);
  });

  test("a bad string inside base64 bytes is no string", () => {
    const bytes = new Uint8Array([0xff, 0xfe]);
    expect(scanSpans({ attributes: new Map([["k", bytes]]) }).accepted).toBe(1);
  });
});

describe("depth", () => {
  test.each([
    { depth: 40, accepted: 1 },
    { depth: 100, accepted: 1 },
    { depth: 101, accepted: 0 },
    { depth: 300, accepted: 0 },
  ])("a value $depth deep", ({ depth, accepted }) => {
    const span = spanWith({ attributes: new Map([["k", nestedValue(depth)]]) });
    const body = encodeTraceRequest([span]);
    const scan = scanRequest("traces", "protobuf", body, limits);
    expect(scan.accepted).toBe(accepted);
    const spans = decodeTraces("protobuf", body, new Set(scan.rejectedOrdinals));
    expect(spans).toEqual(accepted === 1 ? [span] : []);
  });

  test("beyond the limit the reason is too_deep, and decoding without the skip is refused", () => {
    const { body, rejected, message } = scanSpans({
      attributes: new Map([["k", nestedValue(101)]]),
    });
    expect(rejected).toEqual({ too_deep: 1 });
    expect(message).toContain("more than 100 deep");
    expect(() => decodeTraces("protobuf", body)).toThrow(OtlpDecodeError);
  });

  test("thousands of levels do not exhaust the stack, in any signal", () => {
    let value: Uint8Array = Buffer.alloc(0);
    for (let level = 0; level < 5000; level += 1) {
      value = wrap(0x2a, wrap(0x0a, value));
    }
    const attribute = wrap(0x12, value);
    const logs = wrap(0x0a, wrap(0x12, wrap(0x12, wrap(0x32, attribute))));
    const spans = wrap(0x0a, wrap(0x12, wrap(0x12, wrap(0x4a, attribute))));
    expect(scanRequest("logs", "protobuf", logs, limits).rejected).toEqual({ too_deep: 1 });
    expect(scanRequest("traces", "protobuf", spans, limits).rejected).toEqual({ invalid_id: 1 });
    expect(() => decodeLogs("protobuf", logs)).toThrow(/at most 100 deep/);
    expect(() => decodeTraces("protobuf", spans)).toThrow(/at most 100 deep/);
  });

  test("a smaller limit of the caller holds", () => {
    const body = encodeLogRequest([logWith({ body: nestedValue(6) })]);
    const shallow = { ...limits, maxDepth: 5 };
    expect(scanRequest("logs", "protobuf", body, shallow).rejected).toEqual({ too_deep: 1 });
  });
});

describe("requests as a whole", () => {
  test("an empty one, or empty envelopes, is a success", () => {
    const empty = { accepted: 0, rejected: {}, rejectedOrdinals: [], message: "" };
    for (const body of [[], [0x0a, 0x00], [0x0a, 0x02, 0x12, 0x00]]) {
      expect(scanRequest("traces", "protobuf", Uint8Array.from(body), limits)).toEqual(empty);
    }
    for (const body of ["{}", '{"resourceSpans":[]}', '{"resourceSpans":[{"scopeSpans":[{}]}]}']) {
      expect(scanRequest("traces", "json", Buffer.from(body), limits)).toEqual(empty);
    }
  });

  test("a body of millions of tiny records is refused before it takes memory", () => {
    // One resource group with one scope group of empty log records, two bytes each.
    const records = Buffer.from([0x12, 0x00]);
    const scopeGroup = Buffer.alloc(2 * 2_000_001, records);
    const body = wrap(0x0a, wrap(0x12, scopeGroup));
    expect(() => scanRequest("logs", "protobuf", body, limits)).toThrow(/at most 2000000/);
  });

  test("a packed list of 64-bit values that ends within a value is refused", () => {
    const counts = wrap(0x32, Buffer.alloc(15));
    const histogram = wrap(0x4a, wrap(0x0a, counts));
    const body = wrap(0x0a, wrap(0x12, wrap(0x12, histogram)));
    expect(() => scanRequest("metrics", "protobuf", body, limits)).toThrow(/8 bytes, got 7/);
  });

  test("fields in any order: the resource may come last", () => {
    const span = spanWith();
    const body = Buffer.from(encodeTraceRequest([span]));
    const group = body.subarray(2 + ((body[1] as number) >= 0x80 ? 1 : 0));
    const resourceLength = 2 + (group[1] as number);
    const moved = Buffer.concat([
      group.subarray(resourceLength),
      group.subarray(0, resourceLength),
    ]);
    expect(decodeTraces("protobuf", wrap(0x0a, moved))).toEqual([span]);
  });
});

function wrap(tag: number, content: Uint8Array): Buffer {
  const head = [tag];
  let rest = content.length;
  for (; rest > 0x7f; rest >>>= 7) {
    head.push((rest & 0x7f) | 0x80);
  }
  return Buffer.concat([Buffer.from([...head, rest]), content]);
}
