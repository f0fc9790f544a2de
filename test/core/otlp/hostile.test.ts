import * as fc from "fast-check";
import type { Signal } from "../../../core/model/telemetry.ts";
import { decodeLogs } from "../../../core/otlp/decode-logs.ts";
import { decodeMetrics } from "../../../core/otlp/decode-metrics.ts";
import { decodeTraces } from "../../../core/otlp/decode-traces.ts";
import { OtlpDecodeError } from "../../../core/otlp/otlp-decode-error.ts";
import { scanRequest } from "../../../core/otlp/scan.ts";
import { arbitraryMessage, encodePlain, newest, oldest, requestTypes } from "./oracle.ts";
import { toOtlpJson } from "./oracle-json.ts";

const limits = { oldestUnixNano: oldest, newestUnixNano: newest, maxDepth: 100 };
const decoders = { traces: decodeTraces, logs: decodeLogs, metrics: decodeMetrics };
const resourceLists = {
  traces: "resourceSpans",
  logs: "resourceLogs",
  metrics: "resourceMetrics",
};
const signals: readonly Signal[] = ["traces", "logs", "metrics"];

describe.each(signals)("damaged %s", (signal) => {
  const type = requestTypes[signal];
  const position = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const edits = fc.array(fc.tuple(position, fc.nat(255)), { minLength: 1, maxLength: 4 });

  test("protobuf: overwritten bytes", () => {
    fc.assert(
      fc.property(arbitraryMessage(type), edits, (plain, changes) => {
        const bytes = encodePlain(type, plain);
        const { accepted, decoded } = countBoth(signal, "protobuf", overwrite(bytes, changes));
        expect(decoded).toBe(accepted);
      }),
      { numRuns: 250 },
    );
  });

  test("protobuf: cut anywhere", () => {
    fc.assert(
      fc.property(arbitraryMessage(type), position, (plain, share) => {
        const bytes = encodePlain(type, plain);
        const cut = bytes.subarray(0, Math.floor(bytes.length * share));
        const { accepted, decoded } = countBoth(signal, "protobuf", cut);
        expect(decoded).toBe(accepted);
      }),
      { numRuns: 100 },
    );
  });

  test("protobuf: noise", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const { accepted, decoded } = countBoth(signal, "protobuf", bytes);
        expect(decoded).toBe(accepted);
      }),
      { numRuns: 400 },
    );
  });

  test("JSON: overwritten bytes", () => {
    fc.assert(
      fc.property(arbitraryMessage(type), edits, (plain, changes) => {
        const { accepted, decoded } = countBoth(
          signal,
          "json",
          overwrite(toOtlpJson(plain), changes),
        );
        expect(decoded).toBe(accepted);
      }),
      { numRuns: 100 },
    );
  });

  test("JSON: any value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const body = Buffer.from(JSON.stringify({ [resourceLists[signal]]: value }));
        const { accepted, decoded } = countBoth(signal, "json", body);
        expect(decoded).toBe(accepted);
      }),
      { numRuns: 100 },
    );
  });
});

interface Counts {
  /** Null: refused with `OtlpDecodeError`. Any other error fails the test. */
  readonly accepted: number | null;
  readonly decoded: number | null;
}

/** What the scan accepts and what the decoder yields; they must be the same. */
function countBoth(signal: Signal, contentType: "protobuf" | "json", body: Uint8Array): Counts {
  const scan = refusedOr(() => scanRequest(signal, contentType, body, limits));
  const skip = new Set(scan?.rejectedOrdinals);
  const records = refusedOr(() => decoders[signal](contentType, body, skip));
  // The decoder may be laxer with what the scan refuses whole, such as the damaged resource of
  // an empty group.
  return scan === null
    ? { accepted: null, decoded: null }
    : { accepted: scan.accepted, decoded: records?.length ?? null };
}

function refusedOr<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof OtlpDecodeError) {
      return null;
    }
    throw error;
  }
}

function overwrite(bytes: Uint8Array, changes: readonly [number, number][]): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (const [share, value] of changes) {
    copy[Math.floor(copy.length * share)] = value;
  }
  return copy;
}
