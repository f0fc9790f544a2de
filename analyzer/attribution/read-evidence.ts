import type { Store } from "../../core/store/store.ts";
import type { AttributionEvidence, Incident, VersionCount } from "./candidate.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A finding as attribution reads it. */
export interface AttributedFinding extends Incident {
  readonly findingId: string;
  readonly tenant: string;
  readonly fingerprint: string;
  readonly environment: string;
  readonly firstSeenUnixMs: number;
  readonly lastSeenUnixMs: number;
}

/** Reads from detections and spans what tells one candidate from another. */
export async function readEvidence(
  store: Store,
  finding: AttributedFinding,
): Promise<AttributionEvidence> {
  return {
    codePaths: await readCodePaths(store, finding),
    versions: await readVersions(store, finding),
    toolFirstSeenUnixMs: await readToolFirstSeen(store, finding),
  };
}

const codePaths = `
  SELECT DISTINCT arrayJoin([
    SpanAttributes['code.file.path'], SpanAttributes['code.filepath']
  ]) AS Path
  FROM otel_traces
  WHERE Tenant = {tenant:String} AND ServiceName = {service:String}
    AND Timestamp >= fromUnixTimestamp64Milli({from:Int64})
    AND Timestamp <= fromUnixTimestamp64Milli({to:Int64})
    AND Path != ''
    AND TraceId IN (
      SELECT TraceId FROM detections FINAL
      WHERE Tenant = {tenant:String} AND Fingerprint = {fingerprint:String}
        AND Retracted = 0 AND TraceId != ''
        AND Time >= fromUnixTimestamp64Milli({first:Int64})
        AND Time <= fromUnixTimestamp64Milli({to:Int64})
      ORDER BY Time, Id LIMIT 20
    )
  ORDER BY Path
  LIMIT 50`;

/** Files named by the spans of the finding's first traces, around its beginning. */
async function readCodePaths(store: Store, finding: AttributedFinding): Promise<string[]> {
  const rows = await store.query<{ Path: string }>(codePaths, {
    tenant: finding.tenant,
    service: finding.service,
    fingerprint: finding.fingerprint,
    first: finding.firstSeenUnixMs,
    from: finding.firstSeenUnixMs - hourMs,
    to: finding.firstSeenUnixMs + dayMs,
  });
  return rows.map(({ Path }) => Path);
}

const affectedVersions = `
  SELECT Version, uniqExact(Session) AS Affected
  FROM detections FINAL
  WHERE Tenant = {tenant:String} AND Fingerprint = {fingerprint:String} AND Retracted = 0
    AND Version != '' AND Time >= fromUnixTimestamp64Milli({from:Int64})
    AND Time <= fromUnixTimestamp64Milli({to:Int64})
  GROUP BY Version`;

const exposedVersions = `
  SELECT ServiceVersion AS Version, uniqCombined(Session) AS Exposed,
    toUnixTimestamp64Milli(CAST(max(Timestamp), 'DateTime64(3)')) AS LastMs
  FROM otel_traces
  WHERE Tenant = {tenant:String} AND ServiceName = {service:String}
    AND Environment = {environment:String} AND ServiceVersion != ''
    AND Timestamp >= fromUnixTimestamp64Milli({from:Int64})
    AND Timestamp <= fromUnixTimestamp64Milli({to:Int64})
  GROUP BY Version`;

// Two days on each side show the versions before and after, and bound what is read.
const contrastMs = 2 * dayMs;

/** Sessions per version around the onset; nothing where the finding carries no version. */
async function readVersions(store: Store, finding: AttributedFinding): Promise<VersionCount[]> {
  const range = {
    tenant: finding.tenant,
    from: finding.onsetFromUnixMs - contrastMs,
    to: finding.onsetToUnixMs + contrastMs,
  };
  const affected = await store.query<{ Version: string; Affected: number }>(affectedVersions, {
    ...range,
    fingerprint: finding.fingerprint,
  });
  if (affected.length === 0) {
    return [];
  }
  const exposed = await store.query<{
    Version: string;
    Exposed: number;
    LastMs: number;
  }>(exposedVersions, {
    ...range,
    service: finding.service,
    environment: finding.environment,
  });
  const counts = new Map(affected.map(({ Version, Affected }) => [Version, Affected]));
  return exposed.map(({ Version, Exposed, LastMs }) => ({
    version: Version,
    affected: counts.get(Version) ?? 0,
    exposed: Exposed,
    lastSeenUnixMs: LastMs,
  }));
}

const firstCalls = `
  SELECT
    toUnixTimestamp64Milli(CAST(minIf(Timestamp, GenAiTool = {tool:String}), 'DateTime64(3)'))
      AS ToolMs,
    countIf(GenAiTool = {tool:String}) AS Calls,
    toUnixTimestamp64Milli(CAST(min(Timestamp), 'DateTime64(3)')) AS ServiceMs
  FROM otel_traces
  WHERE Tenant = {tenant:String} AND ServiceName = {service:String} AND GenAiTool != ''
    AND Timestamp >= fromUnixTimestamp64Milli({from:Int64})
    AND Timestamp <= fromUnixTimestamp64Milli({to:Int64})`;

/**
 * First call of the finding's tool within 30 days. A tool that is as old as the records of the
 * service's tools tells nothing, for it may be older.
 */
async function readToolFirstSeen(store: Store, finding: AttributedFinding): Promise<number | null> {
  if (finding.tool === "") {
    return null;
  }
  const [row] = await store.query<{
    ToolMs: number;
    Calls: number;
    ServiceMs: number;
  }>(firstCalls, {
    tenant: finding.tenant,
    service: finding.service,
    tool: finding.tool,
    from: finding.onsetFromUnixMs - 30 * dayMs,
    to: finding.onsetToUnixMs + hourMs,
  });
  if (row === undefined || row.Calls === 0) {
    return null;
  }
  const first = row.ToolMs;
  return first - row.ServiceMs >= hourMs ? first : null;
}
