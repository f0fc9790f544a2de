import { z } from "zod";
import type { Change } from "../../core/model/change.ts";
import type { Detection } from "../../core/model/finding.ts";
import type { StreamArrival } from "../series/window-stage.ts";
import type { TraceSpan } from "../trace/suspect-traces.ts";
import type { BatchNews, BatchSight } from "./stages.ts";

/**
 * What the analyzer that stored a batch tells the one that runs the stages. A large batch gives
 * several; each stands alone, and hearing one twice changes nothing.
 */
export type StoredSummary = BatchNews & BatchSight;

/** The text of one record of the log. */
const Summary = z.object({
  v: z.literal(1),
  receivedAtUnixMs: z.number(),
  arrivals: z.array(z.custom<StreamArrival>()),
  traces: z.array(
    z.object({
      tenant: z.string(),
      /** Ids of the traces that got spans, 16 bytes each, in base64. */
      ids: z.string(),
      /** Places in `ids` of those with a suspect span. */
      suspects: z.array(z.number()),
    }),
  ),
  detections: z.array(z.custom<Detection>()),
  changes: z.array(z.custom<Change>()),
});

type SummaryText = z.infer<typeof Summary>;

/** Below the megabyte that Kafka takes by default, with room for text of several bytes a character. */
const partLength = 250_000;
const idBytes = 16;
const idsPerPiece = 4096;

/** The records that tell of a batch; none when there is nothing to tell. */
export function encodeSummary(summary: StoredSummary): Buffer[] {
  const parts: SummaryText[] = [];
  let length = Infinity;
  for (const piece of piecesOf(summary)) {
    const pieceLength = JSON.stringify(piece).length;
    if (length + pieceLength > partLength) {
      parts.push(emptyPart(summary));
      length = 0;
    }
    const part = parts.at(-1);
    part?.arrivals.push(...(piece.arrivals ?? []));
    part?.traces.push(...(piece.traces ?? []));
    part?.detections.push(...(piece.detections ?? []));
    part?.changes.push(...(piece.changes ?? []));
    length += pieceLength;
  }
  return parts.map((part) => Buffer.from(JSON.stringify(part)));
}

/** @throws Error for a text that is no summary of this version. */
export function decodeSummary(value: Buffer): StoredSummary {
  const { traces, v: _version, ...rest } = Summary.parse(JSON.parse(value.toString()));
  return { ...rest, spans: traces.flatMap(toTraceSpans) };
}

function emptyPart({ receivedAtUnixMs }: StoredSummary): SummaryText {
  return { v: 1, receivedAtUnixMs, arrivals: [], traces: [], detections: [], changes: [] };
}

function piecesOf({ arrivals, spans, detections, changes }: StoredSummary): Partial<SummaryText>[] {
  return [
    ...tracesOf(spans).map((trace) => ({ traces: [trace] })),
    ...arrivals.map((arrival) => ({ arrivals: [arrival] })),
    ...detections.map((detection) => ({ detections: [detection] })),
    ...changes.map((change) => ({ changes: [change] })),
  ];
}

function tracesOf(spans: readonly TraceSpan[]): SummaryText["traces"] {
  return [...Map.groupBy(spans, ({ tenant }) => tenant)].flatMap(([tenant, group]) => {
    const suspects = new Set(
      group.filter(({ isSuspect }) => isSuspect).map(({ traceId }) => traceId),
    );
    const ids = [...new Set(group.map(({ traceId }) => traceId))];
    return Array.from({ length: Math.ceil(ids.length / idsPerPiece) }, (_, piece) => {
      const own = ids.slice(piece * idsPerPiece, (piece + 1) * idsPerPiece);
      return {
        tenant,
        ids: Buffer.from(own.join(""), "hex").toString("base64"),
        suspects: own.flatMap((id, index) => (suspects.has(id) ? index : [])),
      };
    });
  });
}

function toTraceSpans({ tenant, ids, suspects }: SummaryText["traces"][number]): TraceSpan[] {
  const bytes = Buffer.from(ids, "base64");
  const suspect = new Set(suspects);
  return Array.from({ length: bytes.length / idBytes }, (_, index) => ({
    tenant,
    traceId: bytes.toString("hex", index * idBytes, (index + 1) * idBytes),
    isSuspect: suspect.has(index),
  }));
}
