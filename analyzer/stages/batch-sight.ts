import type { PreparedSpan } from "../ingest/prepare-batch.ts";
import type { StreamArrival } from "../series/window-stage.ts";
import type { BatchSight } from "./stages.ts";

/** What the stages have to know of the spans that a batch has stored. */
export function batchSight(spans: readonly PreparedSpan[]): BatchSight {
  return { spans, arrivals: arrivalsOf(spans) };
}

function arrivalsOf(spans: readonly PreparedSpan[]): StreamArrival[] {
  const streams = Map.groupBy(spans, (span) =>
    JSON.stringify([span.tenant, span.service, span.environment]),
  );
  return [...streams.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) {
      return [];
    }
    const { tenant, service, environment } = first;
    const times = group.map((span) => span.timeUnixMs);
    return {
      tenant,
      service,
      environment,
      minTimeUnixMs: times.reduce((least, time) => Math.min(least, time)),
      maxTimeUnixMs: times.reduce((most, time) => Math.max(most, time)),
    };
  });
}
