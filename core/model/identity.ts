import { createHash } from "node:crypto";
import type { Detection } from "./finding.ts";

/**
 * Stable identifier: the first 128 bits of SHA-256 over length-prefixed parts, in hex.
 * Length prefixes keep `["ab","c"]` and `["a","bc"]` apart.
 */
export function stableId(...parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    hash.update(`${Buffer.byteLength(part)}:`);
    hash.update(part);
  }
  return hash.digest("hex").slice(0, 32);
}

/** Id of a detection: the same record and rule always give the same id. */
export function detectionId(
  detection: Pick<Detection, "tenant" | "traceId" | "spanId" | "series" | "rule" | "detector">,
  /** Start of the window for series detections, else a position within the record, or empty. */
  part: string,
): string {
  const { tenant, traceId, spanId, series, detector, rule } = detection;
  return stableId(tenant, traceId, spanId, series, part, detector, rule);
}

/** What makes two detections the same finding; never free text, never the detector. */
export function findingFingerprint(
  detection: Pick<
    Detection,
    "tenant" | "type" | "service" | "environment" | "agent" | "tool" | "targetClass"
  >,
): string {
  const { tenant, type, service, environment, agent, tool, targetClass } = detection;
  return stableId(tenant, type, service, environment, agent, tool, targetClass);
}
