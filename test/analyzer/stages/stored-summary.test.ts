import * as fc from "fast-check";
import { decodeSummary, encodeSummary } from "../../../analyzer/stages/stored-summary.ts";
import type { TraceSpan } from "../../../analyzer/trace/suspect-traces.ts";
import type { Change } from "../../../core/model/change.ts";
import { makeDetection } from "../../helpers/detection.ts";

const traceSpan: fc.Arbitrary<TraceSpan> = fc.record({
  tenant: fc.constantFrom("acme", "zeta"),
  traceId: fc.nat(20).map((number) => number.toString(16).padStart(32, "0")),
  isSuspect: fc.boolean(),
});

const nothing = { receivedAtUnixMs: 1, spans: [], arrivals: [], detections: [], changes: [] };

function suspectsOf(spans: readonly TraceSpan[]): string[] {
  return [
    ...new Set(
      spans.filter(({ isSuspect }) => isSuspect).map(({ tenant, traceId }) => tenant + traceId),
    ),
  ].toSorted();
}

it("tells each trace once, and whether it holds a suspect span", () => {
  fc.assert(
    fc.property(fc.array(traceSpan, { maxLength: 60 }), (spans) => {
      const told = encodeSummary({ ...nothing, spans }).flatMap(
        (part) => decodeSummary(part).spans,
      );
      const traces = new Set(spans.map(({ tenant, traceId }) => tenant + traceId));
      expect(told.map(({ tenant, traceId }) => tenant + traceId).toSorted()).toEqual(
        [...traces].toSorted(),
      );
      expect(suspectsOf(told)).toEqual(suspectsOf(spans));
    }),
  );
});

it("keeps detections, changes and arrivals, in parts that a broker takes", () => {
  const detections = Array.from({ length: 2000 }, (_, index) => ({
    ...makeDetection({ excerpt: "é".repeat(400) }),
    id: String(index),
  }));
  const changes = [{ changeId: "dep-1", message: "x" }] as unknown as Change[];
  const arrivals = [
    { tenant: "acme", service: "shop", environment: "", minTimeUnixMs: 1, maxTimeUnixMs: 2 },
  ];
  const parts = encodeSummary({ ...nothing, detections, changes, arrivals });
  expect(parts.length).toBeGreaterThan(1);
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(1_000_000);
  const told = parts.map(decodeSummary);
  expect(told.flatMap((part) => part.detections)).toEqual(detections);
  expect(told.flatMap((part) => part.changes)).toEqual(changes);
  expect(told.flatMap((part) => part.arrivals)).toEqual(arrivals);
  expect(new Set(told.map(({ receivedAtUnixMs }) => receivedAtUnixMs))).toEqual(new Set([1]));
});

it("says nothing when there is nothing to tell", () => {
  expect(encodeSummary(nothing)).toEqual([]);
});

it("refuses what another version wrote", () => {
  expect(() => decodeSummary(Buffer.from('{"v":2}'))).toThrow(/v/);
});
