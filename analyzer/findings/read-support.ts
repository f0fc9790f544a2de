import type { FindingType, Severity } from "../../core/model/finding.ts";
import { severities } from "../../core/model/finding.ts";
import type { Store } from "../../core/store/store.ts";
import type { Support } from "./is-finding.ts";
import type { Episode } from "./split-episodes.ts";

/** What the detections of one episode add up to. */
export interface EpisodeSummary extends Support {
  readonly fingerprint: string;
  readonly findingId: string;
  readonly type: FindingType;
  readonly service: string;
  readonly environment: string;
  readonly agent: string;
  readonly tool: string;
  readonly targetClass: string;
  readonly firstSeenUnixMs: number;
  readonly lastSeenUnixMs: number;
  readonly onsetFromUnixMs: number;
  readonly onsetToUnixMs: number;
  readonly occurrences: number;
  readonly sessions: number;
  readonly detectors: readonly string[];
  readonly severity: Severity;
  readonly firstReceivedAtUnixMs: number;
}

// Severity counts what is strong or succeeded; only where nothing is, the weak ones decide.
const support = `
  SELECT Fingerprint,
    arrayCount(
      start -> start <= toUnixTimestamp64Milli(Time),
      {starts:Map(String, Array(Int64))}[Fingerprint]
    ) AS Episode,
    any(Type) AS Type, any(Service) AS Service, any(Environment) AS Environment,
    any(Agent) AS Agent, any(Tool) AS Tool, any(TargetClass) AS TargetClass,
    toUnixTimestamp64Milli(min(d.Time)) AS FirstMs,
    toUnixTimestamp64Milli(max(d.Time)) AS LastMs,
    toUnixTimestamp64Milli(min(coalesce(OnsetFrom, d.Time))) AS OnsetMs,
    toUnixTimestamp64Milli(
      argMin(coalesce(OnsetTo, d.Time), (coalesce(OnsetFrom, d.Time), Id))
    ) AS OnsetToMs,
    count() AS Occurrences,
    uniqExactIf(Session, Session != '') AS Sessions,
    arraySort(groupUniqArray(Detector)) AS Detectors,
    uniqExact((Detector, Rule)) AS Rules,
    uniqExact(if(Session != '', Session, concat(Series, '@', toString(d.Time)))) AS Repeats,
    countIf(Strength = 'strong') AS Strong,
    maxIf(indexOf({severities:Array(String)}, Severity), Strength = 'strong' OR Outcome = 'success')
      AS Severe,
    max(indexOf({severities:Array(String)}, Severity)) AS AnySeverity,
    toUnixTimestamp64Milli(min(ReceivedAt)) AS ReceivedMs
  FROM detections AS d FINAL
  WHERE Tenant = {tenant:String} AND Fingerprint IN {fingerprints:Array(String)}
    AND Retracted = 0 AND Time >= fromUnixTimestamp64Milli({from:Int64})
    AND toUnixTimestamp64Milli(Time) >= {starts:Map(String, Array(Int64))}[Fingerprint][1]
  GROUP BY Fingerprint, Episode`;

interface SupportColumns {
  readonly Fingerprint: string;
  readonly Episode: number;
  readonly Type: FindingType;
  readonly Service: string;
  readonly Environment: string;
  readonly Agent: string;
  readonly Tool: string;
  readonly TargetClass: string;
  readonly FirstMs: number;
  readonly LastMs: number;
  readonly OnsetMs: number;
  readonly OnsetToMs: number;
  readonly Occurrences: number;
  readonly Sessions: number;
  readonly Detectors: string[];
  readonly Rules: number;
  readonly Repeats: number;
  readonly Strong: number;
  readonly Severe: number;
  readonly AnySeverity: number;
  readonly ReceivedMs: number;
}

/**
 * Sums up episodes, the newest ones of each fingerprint without a gap in the list; everything
 * before the first is left out.
 */
export async function readSupport(
  store: Store,
  tenant: string,
  episodes: ReadonlyMap<string, readonly Episode[]>,
): Promise<EpisodeSummary[]> {
  const starts = [...episodes.values()].flatMap((list) => list.map((each) => each.fromUnixMs));
  if (starts.length === 0) {
    return [];
  }
  const rows = await store.query<SupportColumns>(support, {
    tenant,
    fingerprints: [...episodes.keys()],
    severities,
    from: starts.reduce((least, start) => Math.min(least, start)),
    starts: Object.fromEntries(
      [...episodes].map(([fingerprint, list]) => [
        fingerprint,
        list.map((episode) => episode.fromUnixMs),
      ]),
    ),
  });
  return rows.flatMap((row) => {
    const episode = episodes.get(row.Fingerprint)?.[row.Episode - 1];
    return episode === undefined ? [] : [toSummary(row, episode.findingId)];
  });
}

function toSummary(row: SupportColumns, findingId: string): EpisodeSummary {
  const severityRank = row.Severe > 0 ? row.Severe : row.AnySeverity;
  return {
    fingerprint: row.Fingerprint,
    findingId,
    type: row.Type,
    service: row.Service,
    environment: row.Environment,
    agent: row.Agent,
    tool: row.Tool,
    targetClass: row.TargetClass,
    firstSeenUnixMs: row.FirstMs,
    lastSeenUnixMs: row.LastMs,
    onsetFromUnixMs: row.OnsetMs,
    onsetToUnixMs: row.OnsetToMs,
    occurrences: row.Occurrences,
    sessions: row.Sessions,
    detectors: row.Detectors,
    rules: row.Rules,
    repeats: row.Repeats,
    strong: row.Strong,
    severity: severities[severityRank - 1] ?? "informational",
    firstReceivedAtUnixMs: row.ReceivedMs,
  };
}
