import * as fc from "fast-check";
import { decodeLogs } from "../../../core/otlp/decode-logs.ts";
import { decodeMetrics } from "../../../core/otlp/decode-metrics.ts";
import { decodeTraces } from "../../../core/otlp/decode-traces.ts";
import type { ScanResult } from "../../../core/otlp/refusal.ts";
import { scanRequest } from "../../../core/otlp/scan.ts";
import {
  arbitraryMessage,
  decodePlain,
  encodePlain,
  newest,
  oldest,
  type Plain,
  requestTypes,
} from "./oracle.ts";
import { toOtlpJson } from "./oracle-json.ts";
import { logsOf, pointsOf, spansOf } from "./oracle-model.ts";

const limits = { oldestUnixNano: oldest, newestUnixNano: newest, maxDepth: 100 };
const inRange = (time: bigint) => time >= oldest && time <= newest;

const signals = [
  { signal: "traces", decode: decodeTraces, oracle: spansOf, numRuns: 80 },
  { signal: "logs", decode: decodeLogs, oracle: logsOf, numRuns: 80 },
  { signal: "metrics", decode: decodeMetrics, oracle: pointsOf, numRuns: 80 },
] as const;

describe.each(signals)("$signal against protobufjs", ({ signal, decode, oracle, numRuns }) => {
  const type = requestTypes[signal];

  test("any request decodes to the same objects", () => {
    fc.assert(
      fc.property(arbitraryMessage(type), (plain) => {
        const bytes = encodePlain(type, plain);
        expect(decode("protobuf", bytes)).toEqual(oracle(decodePlain(type, bytes)));
      }),
      { numRuns },
    );
  });

  test("JSON and protobuf are refused and decoded alike", () => {
    fc.assert(
      fc.property(arbitraryMessage(type), (plain) => {
        const bytes = encodePlain(type, plain);
        const json = toOtlpJson(decodePlain(type, bytes));
        const scan = scanRequest(signal, "protobuf", bytes, limits);
        expect(scanRequest(signal, "json", json, limits)).toEqual(scan);
        const skip = new Set(scan.rejectedOrdinals);
        const records: readonly unknown[] = decode("protobuf", bytes, skip);
        expect(records).toHaveLength(scan.accepted);
        expect(decode("json", json, skip)).toEqual(records);
      }),
      { numRuns },
    );
  });
});

describe("scan refuses what the rules refuse", () => {
  test("spans", () => {
    fc.assert(
      fc.property(arbitraryMessage(requestTypes.traces), (plain) => {
        const { bytes, scan } = scanned("traces", plain);
        const spans = decodeTraces("protobuf", bytes);
        const reasons = spans.map((span, ordinal) => {
          const links = span.links.flatMap(({ traceId, spanId }) => [traceId, spanId]);
          const lengths = span.links.flatMap(() => [32, 16]);
          const optional = [span.parentSpanId, ...links];
          const fits = optional.every(
            (id, index) => id === "" || id.length === [16, ...lengths][index],
          );
          const valid = validId(span.traceId, 32) && validId(span.spanId, 16) && fits;
          return reason(ordinal, valid, inRange(span.startTimeUnixNano));
        });
        expect(summaryOf(scan)).toEqual(summaryOfReasons(reasons));
      }),
      { numRuns: 80 },
    );
  });

  test("log records", () => {
    fc.assert(
      fc.property(arbitraryMessage(requestTypes.logs), (plain) => {
        const { bytes, scan } = scanned("logs", plain);
        const reasons = decodeLogs("protobuf", bytes).map((record, ordinal) => {
          const time = record.timeUnixNano || record.observedTimeUnixNano;
          const valid =
            ["", 32].includes(record.traceId && record.traceId.length) &&
            ["", 16].includes(record.spanId && record.spanId.length);
          return reason(ordinal, valid, time === 0n || inRange(time));
        });
        expect(summaryOf(scan)).toEqual(summaryOfReasons(reasons));
      }),
      { numRuns: 80 },
    );
  });

  test("data points", () => {
    fc.assert(
      fc.property(arbitraryMessage(requestTypes.metrics), (plain) => {
        const { bytes, scan } = scanned("metrics", plain);
        const reasons = decodeMetrics("protobuf", bytes).map((point, ordinal) => {
          const valid = point.exemplars.every(
            ({ traceId, spanId }) =>
              ["", 32].includes(traceId && traceId.length) &&
              ["", 16].includes(spanId && spanId.length),
          );
          return reason(ordinal, valid, inRange(point.timeUnixNano));
        });
        expect(summaryOf(scan)).toEqual(summaryOfReasons(reasons));
      }),
      { numRuns: 80 },
    );
  });
});

interface Reason {
  readonly ordinal: number;
  readonly code: string;
}

function scanned(signal: keyof typeof requestTypes, plain: Plain) {
  const bytes = encodePlain(requestTypes[signal], plain);
  return { bytes, scan: scanRequest(signal, "protobuf", bytes, limits) };
}

/** An all-zero id of any length is invalid; `decodeTraces` leaves required ids as they are. */
function validId(id: string, digits: number): boolean {
  return id.length === digits && /[^0]/.test(id);
}

function reason(ordinal: number, validIds: boolean, validTime: boolean): Reason {
  if (!validIds) {
    return { ordinal, code: "invalid_id" };
  }
  return { ordinal, code: validTime ? "" : "time_out_of_range" };
}

interface Summary {
  readonly accepted: number;
  readonly ordinals: readonly number[];
  readonly invalidIds: number;
  readonly outOfRange: number;
}

function summaryOf({ accepted, rejected, rejectedOrdinals }: ScanResult): Summary {
  return {
    accepted,
    ordinals: rejectedOrdinals,
    invalidIds: rejected["invalid_id"] ?? 0,
    outOfRange: rejected["time_out_of_range"] ?? 0,
  };
}

function summaryOfReasons(reasons: readonly Reason[]): Summary {
  const refused = reasons.filter(({ code }) => code !== "");
  return {
    accepted: reasons.length - refused.length,
    ordinals: refused.map(({ ordinal }) => ordinal),
    invalidIds: refused.filter(({ code }) => code === "invalid_id").length,
    outOfRange: refused.filter(({ code }) => code === "time_out_of_range").length,
  };
}
