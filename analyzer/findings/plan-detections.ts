import { type Detection, severities } from "../../core/model/finding.ts";
import { findingFingerprint } from "../../core/model/identity.ts";
import type { Store } from "../../core/store/store.ts";
import type { Touched } from "./pending-fingerprints.ts";

export interface DetectionArrival {
  /** The stage that found them: `record`, `trace` or `series`. */
  readonly stage: string;
  readonly receivedAtUnixMs: number;
}

export interface DetectionPlan {
  /** Rows to insert into `detections`. */
  readonly rows: readonly object[];
  readonly touched: readonly Touched[];
}

/**
 * Plans the rows of detections that are new, were retracted, or weigh more than their stored
 * form (a tool result may turn an attempt into a success), and says which fingerprints they
 * touch. The time of first arrival is kept, so that recording again changes nothing.
 */
export async function planDetections(
  store: Store,
  detections: readonly Detection[],
  arrival: DetectionArrival & { readonly revision: number },
): Promise<DetectionPlan> {
  const touched = new Map<string, Touched>();
  const rows: object[] = [];
  for (const [tenant, group] of Map.groupBy(detections, (detection) => detection.tenant)) {
    const heaviest = heaviestById(group);
    const stored = await readStored(store, tenant, [...heaviest.values()]);
    for (const entry of heaviest.values()) {
      const before = stored.get(entry.detection.id);
      if (before === undefined || before.retracted || entry.weight > before.weight) {
        rows.push(detectionRow(entry, arrival, before));
        touch(touched, tenant, entry);
      }
    }
  }
  return { rows, touched: [...touched.values()] };
}

interface Weighed {
  readonly detection: Detection;
  readonly fingerprint: string;
  readonly weight: number;
}

function heaviestById(detections: readonly Detection[]): Map<string, Weighed> {
  const heaviest = new Map<string, Weighed>();
  for (const detection of detections) {
    const weight = weightOf(detection);
    const before = heaviest.get(detection.id);
    if (before === undefined || weight > before.weight) {
      const fingerprint = findingFingerprint(detection);
      heaviest.set(detection.id, { detection, fingerprint, weight });
    }
  }
  return heaviest;
}

/** Orders two forms of one detection: success first, then strength, severity and score. */
function weightOf(
  detection: Pick<Detection, "outcome" | "strength" | "severity" | "score">,
): number {
  const outcome = detection.outcome === "success" ? 100 : 0;
  const strength = detection.strength === "strong" ? 50 : 0;
  return outcome + strength + 2 * severities.indexOf(detection.severity) + detection.score;
}

function touch(touched: Map<string, Touched>, tenant: string, entry: Weighed): void {
  const { fingerprint, detection } = entry;
  const key = `${tenant}/${fingerprint}`;
  const fromUnixMs = Math.min(touched.get(key)?.fromUnixMs ?? Infinity, detection.timeUnixMs);
  touched.set(key, { tenant, fingerprint, fromUnixMs });
}

const storedDetections = `
  SELECT Id, Outcome, Strength, Severity, Score, Retracted, Revision,
    toUnixTimestamp64Milli(ReceivedAt) AS ReceivedMs
  FROM detections FINAL
  WHERE Tenant = {tenant:String} AND Fingerprint IN {fingerprints:Array(String)}
    AND Id IN {ids:Array(String)}
    AND Time >= fromUnixTimestamp64Milli({from:Int64})
    AND Time <= fromUnixTimestamp64Milli({to:Int64})`;

interface StoredColumns {
  readonly Id: string;
  readonly Outcome: Detection["outcome"];
  readonly Strength: Detection["strength"];
  readonly Severity: Detection["severity"];
  readonly Score: number;
  readonly Retracted: number;
  readonly Revision: number;
  readonly ReceivedMs: number;
}

interface StoredForm {
  readonly weight: number;
  readonly retracted: boolean;
  readonly revision: number;
  readonly receivedAtUnixMs: number;
}

const idsPerQuery = 4000;

async function readStored(
  store: Store,
  tenant: string,
  entries: readonly Weighed[],
): Promise<Map<string, StoredForm>> {
  const stored = new Map<string, StoredForm>();
  for (let start = 0; start < entries.length; start += idsPerQuery) {
    const part = entries.slice(start, start + idsPerQuery);
    const times = part.map(({ detection }) => detection.timeUnixMs);
    const rows = await store.query<StoredColumns>(storedDetections, {
      tenant,
      fingerprints: [...new Set(part.map(({ fingerprint }) => fingerprint))],
      ids: part.map(({ detection }) => detection.id),
      from: Math.min(...times),
      to: Math.max(...times),
    });
    for (const row of rows) {
      stored.set(row.Id, {
        weight: weightOf({
          outcome: row.Outcome,
          strength: row.Strength,
          severity: row.Severity,
          score: row.Score,
        }),
        retracted: row.Retracted === 1,
        revision: row.Revision,
        receivedAtUnixMs: row.ReceivedMs,
      });
    }
  }
  return stored;
}

function detectionRow(
  { detection, fingerprint }: Weighed,
  { stage, receivedAtUnixMs, revision }: DetectionArrival & { readonly revision: number },
  before: StoredForm | undefined,
): object {
  return {
    Tenant: detection.tenant,
    Fingerprint: fingerprint,
    Id: detection.id,
    Type: detection.type,
    Detector: detection.detector,
    Rule: detection.rule,
    RuleVersion: detection.ruleVersion,
    Stage: stage,
    Time: dateTime(detection.timeUnixMs),
    Service: detection.service,
    Environment: detection.environment,
    Version: detection.version,
    Agent: detection.agent,
    Tool: detection.tool,
    TargetClass: detection.targetClass,
    TraceId: detection.traceId,
    SpanId: detection.spanId,
    Series: detection.series,
    Session: detection.session,
    Score: detection.score,
    Strength: detection.strength,
    Severity: detection.severity,
    Outcome: detection.outcome,
    Excerpt: detection.excerpt,
    MaskedValue: detection.maskedValue,
    Location: detection.location,
    OnsetFrom: detection.onset === null ? null : dateTime(detection.onset.fromUnixMs),
    OnsetTo: detection.onset === null ? null : dateTime(detection.onset.toUnixMs),
    ReceivedAt: dateTime(Math.min(before?.receivedAtUnixMs ?? Infinity, receivedAtUnixMs)),
    Retracted: 0,
    Revision: Math.max(revision, (before?.revision ?? 0) + 1),
  };
}

function dateTime(unixMs: number): string {
  return new Date(unixMs).toISOString();
}
