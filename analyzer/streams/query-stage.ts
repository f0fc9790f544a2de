import type { Clock } from "../../core/clock.ts";
import type { Detection } from "../../core/model/finding.ts";
import { inferenceOperations } from "../../core/model/genai.ts";
import { detectionId } from "../../core/model/identity.ts";
import type { Store } from "../../core/store/store.ts";
import { normalizeSpan } from "../normalize/normalize.ts";
import type { StoredSpan } from "../trace/stored-trace.ts";
import { toSpan } from "../trace/to-span.ts";
import { findModelExtraction } from "./find-model-extraction.ts";
import type { StreamEvent, StreamHit } from "./stream-event.ts";

/** What was stored of a tenant, in event time. */
export interface QueryArrival {
  readonly tenant: string;
  readonly minTimeUnixMs: number;
  readonly maxTimeUnixMs: number;
}

/** Looks for clients that read a model out by their questions. */
export interface QueryStage {
  /** Says what has been stored; cheap, reads nothing. */
  observe(arrivals: readonly QueryArrival[]): void;
  /** Judges the sessions that asked fast; the same ids again for what was found before. */
  tick(): Promise<Detection[]>;
}

interface Waiting {
  fromUnixMs: number;
  toUnixMs: number;
  readAtUnixMs: number;
}

/** A tenant is read this often. */
const readPauseMs = 30_000;
const lookBackMs = 10 * 60_000;
const fewestQueries = 10;
/** Mean gap beyond which nothing that is looked for can be, in seconds. */
const longestGapSeconds = 8;
const maxSessions = 100;
const maxQueries = 64;
const excerptUnits = 200;

/**
 * Sessions are chosen by their pace alone, which needs no text; the questions of the busiest
 * hundred are then read. The store decides, not one consumer's memory, so partitioning does not
 * matter. A failed call loses nothing.
 */
export function createQueryStage(store: { readonly reads: Store }, clock: Clock): QueryStage {
  const waiting = new Map<string, Waiting>();

  return {
    observe(arrivals) {
      for (const { tenant, minTimeUnixMs, maxTimeUnixMs } of arrivals) {
        const known = waiting.get(tenant);
        waiting.set(tenant, {
          fromUnixMs: Math.min(known?.fromUnixMs ?? Number.POSITIVE_INFINITY, minTimeUnixMs),
          toUnixMs: Math.max(known?.toUnixMs ?? 0, maxTimeUnixMs),
          readAtUnixMs: known?.readAtUnixMs ?? clock.now() - readPauseMs,
        });
      }
    },

    async tick() {
      const now = clock.now();
      const detections: Detection[] = [];
      for (const [tenant, range] of waiting) {
        if (range.toUnixMs === 0 || now - range.readAtUnixMs < readPauseMs) {
          continue;
        }
        detections.push(...(await judgeSessions(store.reads, tenant, range)));
        waiting.set(tenant, {
          fromUnixMs: Number.POSITIVE_INFINITY,
          toUnixMs: 0,
          readAtUnixMs: now,
        });
      }
      return detections;
    },
  };
}

const busySessions = `
  SELECT ServiceName, Session
  FROM otel_traces
  WHERE Tenant = {tenant:String}
    AND Timestamp >= fromUnixTimestamp64Milli({from:Int64})
    AND Timestamp <= fromUnixTimestamp64Milli({to:Int64})
    AND GenAiOperation IN {operations:Array(String)} AND Session != ''
  GROUP BY ServiceName, Session
  HAVING count() >= {fewest:UInt32}
    AND dateDiff('second', min(Timestamp), max(Timestamp)) <= count() * {gap:UInt32}
  ORDER BY count() DESC, ServiceName, Session
  LIMIT {most:UInt32}`;

const queriesOfSessions = `
  SELECT TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, Environment,
    ServiceVersion, toUnixTimestamp64Milli(CAST(Timestamp, 'DateTime64(3)')) AS TimeUnixMs,
    Duration, StatusCode, StatusMessage, SpanAttributes, GenAiConvention, GenAiOperation,
    GenAiAgent, GenAiTool, GenAiToolCallId, Session
  FROM otel_traces
  WHERE Tenant = {tenant:String} AND Session IN {sessions:Array(String)}
    AND Timestamp >= fromUnixTimestamp64Milli({from:Int64})
    AND Timestamp <= fromUnixTimestamp64Milli({to:Int64})
    AND GenAiOperation IN {operations:Array(String)}
  ORDER BY ServiceName, Session, Timestamp, SpanId
  LIMIT {most:UInt32} BY ServiceName, Session`;

async function judgeSessions(
  store: Store,
  tenant: string,
  { fromUnixMs, toUnixMs }: Waiting,
): Promise<Detection[]> {
  const shared = {
    tenant,
    from: Math.trunc(fromUnixMs - lookBackMs),
    to: Math.ceil(toUnixMs),
    operations: [...inferenceOperations],
  };
  const busy = await store.query<{ Session: string }>(busySessions, {
    ...shared,
    fewest: fewestQueries,
    gap: longestGapSeconds,
    most: maxSessions,
  });
  if (busy.length === 0) {
    return [];
  }
  const rows = await store.query<StoredSpan>(queriesOfSessions, {
    ...shared,
    sessions: [...new Set(busy.map(({ Session }) => Session))],
    most: maxQueries,
  });
  const sessions = Map.groupBy(rows, ({ ServiceName, Session }) => `${ServiceName}\n${Session}`);
  return [...sessions.values()].flatMap((spans) => judgeSession(tenant, spans));
}

function judgeSession(tenant: string, spans: readonly StoredSpan[]): Detection[] {
  const asked = spans.flatMap((span) => {
    const event = queryOf(span);
    return event === null ? [] : [{ span, event }];
  });
  return findModelExtraction(asked.map(({ event }) => event)).flatMap((hit) => {
    const made = asked[hit.index];
    return made === undefined ? [] : [toDetection({ tenant, hit, ...made })];
  });
}

/** What the span newly asked: its last input. */
function queryOf(span: StoredSpan): StreamEvent | null {
  const inputs = normalizeSpan(toSpan(span))?.contents.filter(
    ({ direction, role }) => direction === "input" && role !== "assistant",
  );
  const text = inputs?.at(-1)?.text ?? "";
  return text === ""
    ? null
    : { atSeconds: span.TimeUnixMs / 1000, text, source: span.Session, label: "" };
}

interface Made {
  readonly tenant: string;
  readonly hit: StreamHit;
  readonly span: StoredSpan;
  readonly event: StreamEvent;
}

function toDetection({ tenant, hit, span, event }: Made): Detection {
  const series = `queries/${span.ServiceName}/${span.Session}`;
  const place = { tenant, traceId: "", spanId: "", series };
  const own = { detector: "model-extraction", rule: hit.rule };
  return {
    ...place,
    ...own,
    // A session that goes on is one detection for each rule.
    id: detectionId({ ...place, ...own }, ""),
    traceId: span.TraceId,
    spanId: span.SpanId,
    type: "model_extraction",
    ruleVersion: 1,
    timeUnixMs: Math.trunc(span.TimeUnixMs),
    service: span.ServiceName,
    environment: span.Environment,
    version: span.ServiceVersion,
    agent: span.GenAiAgent,
    tool: "",
    targetClass: "model",
    session: span.Session,
    score: hit.score,
    strength: hit.strength,
    severity: "medium",
    outcome: "attempt",
    excerpt: `${hit.reason}: ${event.text.slice(0, excerptUnits)}`,
    maskedValue: hit.rule,
    location: "gen_ai.input.messages",
    onset: null,
  };
}
