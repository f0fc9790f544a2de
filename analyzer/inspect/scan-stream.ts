import { findDataPoisoning } from "../streams/find-data-poisoning.ts";
import { findModelExtraction } from "../streams/find-model-extraction.ts";
import type { StreamEvent } from "../streams/stream-event.ts";
import type { ScanRow } from "./parse-scan-row.ts";
import type { ScanDetection } from "./scan-row.ts";

/** Detections of one stream, each with the index of the event that made it plain. */
export function scanStream(row: Extract<ScanRow, { shape: "stream" }>): ScanDetection[] {
  const events = row.events.map(toEvent);
  const isQueries = row.stream === "queries";
  const hits = isQueries ? findModelExtraction(events) : findDataPoisoning(events);
  return hits.map(({ rule, score, strength, index }) => ({
    type: isQueries ? "model_extraction" : "data_poisoning",
    detector: isQueries ? "model-extraction" : "data-poisoning",
    score,
    finding: strength === "strong",
    index,
    entity: rule,
  }));
}

/** An event that lacks something counts with what it has. */
function toEvent(given: unknown): StreamEvent {
  const fields = (typeof given === "object" && given !== null ? given : {}) as Readonly<
    Record<string, unknown>
  >;
  const { t, text, source, label } = fields;
  return {
    atSeconds: typeof t === "number" ? t : 0,
    text: typeof text === "string" ? text : "",
    source: typeof source === "string" ? source : "",
    label: typeof label === "string" || typeof label === "number" ? String(label) : "",
  };
}
