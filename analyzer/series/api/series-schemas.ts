import { z } from "zod";
import { findingTypes, severities } from "../../../core/model/finding.ts";

const time = z.string().describe("RFC 3339, UTC");

/** What is known of a followed series. */
export const SeriesItem = z.object({
  id: z.string(),
  service: z.string(),
  environment: z.string(),
  metric: z.string(),
  subject: z
    .string()
    .describe("Operation, model or dimension, a name from telemetry; empty: the whole service"),
  unit: z.string(),
  seenUntil: time,
  alerts: z.int().describe("Detections of its last 30 days"),
  lastAlertAt: time.nullable(),
});

const Alert = z.object({
  time,
  type: z.enum(findingTypes),
  detector: z.string(),
  rule: z.string(),
  targetClass: z.string(),
  severity: z.enum(severities),
  strength: z.enum(["weak", "strong"]),
  score: z.number().min(0).max(1),
  excerpt: z.string(),
  onset: z.object({ from: time, to: time }),
  fingerprint: z.string(),
});

/** A series with what it measured and what was said about it. */
export const SeriesDetail = SeriesItem.extend({
  stepSeconds: z.int().describe("Length of a window"),
  windows: z.array(
    z.object({
      time,
      value: z.number().nullable(),
      baseline: z.number().nullable().describe("Expected at this time, after the last checkpoint"),
      items: z.number(),
    }),
  ),
  detections: z.array(Alert),
  changePoints: z.array(z.object({ time, pValue: z.number(), effect: z.number() })),
});

/** One page of the list. */
export const SeriesPage = z.object({
  items: z.array(SeriesItem),
  nextCursor: z.string().nullable(),
});
