import { findingTitle } from "../../core/model/finding-title.ts";
import { type FindingRow, rowTime } from "./finding-row.ts";
import type { EpisodeSummary } from "./read-support.ts";

/** An onset this much older than its arrival marks a finding as backfilled. */
const backfillMs = 48 * 3_600_000;

/** The row of an episode; attribution is kept from the row before. */
export function toFindingRow(
  tenant: string,
  summary: EpisodeSummary,
  before: FindingRow | undefined,
): FindingRow {
  const firstReceivedAt = Math.min(
    summary.firstReceivedAtUnixMs,
    before === undefined ? Infinity : rowTime(before.FirstReceivedAt),
  );
  return {
    Tenant: tenant,
    Id: summary.findingId,
    Fingerprint: summary.fingerprint,
    Type: summary.type,
    Title: findingTitle(summary),
    Severity: summary.severity,
    Service: summary.service,
    Environment: summary.environment,
    Agent: summary.agent,
    Tool: summary.tool,
    TargetClass: summary.targetClass,
    FirstSeen: dateTime(summary.firstSeenUnixMs),
    LastSeen: dateTime(summary.lastSeenUnixMs),
    Onset: dateTime(summary.onsetFromUnixMs),
    OnsetTo: dateTime(summary.onsetToUnixMs),
    Occurrences: summary.occurrences,
    Sessions: summary.sessions,
    Detectors: summary.detectors,
    Attribution: before?.Attribution ?? "[]",
    AttributedAt: before?.AttributedAt ?? null,
    Backfilled: firstReceivedAt - summary.onsetFromUnixMs > backfillMs ? 1 : 0,
    FirstReceivedAt: dateTime(firstReceivedAt),
    Revision: (before?.Revision ?? 0) + 1,
  };
}

function dateTime(unixMs: number): string {
  return new Date(unixMs).toISOString();
}
