import type { FindingRow } from "./finding-row.ts";
import { rowTime } from "./finding-row.ts";
import type { FindingStatusWriter } from "./finding-status.ts";
import type { FindingStores } from "./finding-stores.ts";
import { isFinding } from "./is-finding.ts";
import type { Touched } from "./pending-fingerprints.ts";
import { readActivity } from "./read-activity.ts";
import { type FindingHistory, type KnownFinding, readHistory } from "./read-history.ts";
import { type EpisodeSummary, readSupport } from "./read-support.ts";
import { type Episode, splitEpisodes } from "./split-episodes.ts";
import { toFindingRow } from "./to-finding-row.ts";

const noHistory: FindingHistory = { findings: [], boundaries: [], statuses: new Map() };

/** What became of a finding: its new row, and the one before. */
export interface RefreshedFinding {
  readonly row: FindingRow;
  readonly before: FindingRow | undefined;
}

/**
 * Computes the findings of touched fingerprints of one tenant anew from their stored
 * detections, so that neither the order of arrival nor a repetition matters. Findings that no
 * longer follow are withdrawn; those that follow again are opened.
 *
 * @returns the rows to store; nothing but statuses has been written yet
 */
export async function refreshFindings(
  dependencies: { readonly stores: FindingStores; readonly statuses: FindingStatusWriter },
  tenant: string,
  touched: readonly Touched[],
): Promise<RefreshedFinding[]> {
  const { reads } = dependencies.stores;
  const fingerprints = touched.map(({ fingerprint }) => fingerprint);
  const histories = await readHistory(reads, tenant, fingerprints);
  const episodes = await readEpisodes(dependencies.stores, { tenant, touched, histories });
  const promoted = (await readSupport(reads, tenant, episodes)).filter(isFinding);
  const byFingerprint = Map.groupBy(promoted, ({ fingerprint }) => fingerprint);
  const refreshed: RefreshedFinding[] = [];
  for (const { fingerprint, fromUnixMs } of touched) {
    const current = byFingerprint.get(fingerprint) ?? [];
    const known = (histories.get(fingerprint) ?? noHistory).findings;
    const withdrawn = known.filter((finding) => isWithdrawn(finding, current, fromUnixMs));
    for (const finding of withdrawn) {
      await withdraw(dependencies.statuses, finding, current);
    }
    refreshed.push(
      ...withdrawn.map(({ row }) => ({ row: emptied(row), before: row })),
      ...(await present(dependencies.statuses, { tenant, current, known })),
    );
  }
  return refreshed;
}

/** Episodes that end at or after the earliest news; older ones are as they were. */
async function readEpisodes(
  { reads }: FindingStores,
  query: {
    readonly tenant: string;
    readonly touched: readonly Touched[];
    readonly histories: ReadonlyMap<string, FindingHistory>;
  },
): Promise<Map<string, Episode[]>> {
  const { tenant, touched, histories } = query;
  const activity = await readActivity(reads, {
    tenant,
    fingerprints: touched.map(({ fingerprint }) => fingerprint),
    // Episodes chain through every earlier detection that is kept.
    fromUnixMs: 0,
    boundaries: new Map(
      touched.map(({ fingerprint }) => [
        fingerprint,
        (histories.get(fingerprint) ?? noHistory).boundaries,
      ]),
    ),
  });
  const affected = new Map<string, Episode[]>();
  for (const { fingerprint, fromUnixMs } of touched) {
    const history = histories.get(fingerprint) ?? noHistory;
    const all = splitEpisodes(fingerprint, activity.get(fingerprint) ?? [], history);
    const recent = all.filter(({ toUnixMs }) => toUnixMs >= fromUnixMs);
    if (recent.length > 0) {
      affected.set(fingerprint, recent);
    }
  }
  return affected;
}

function isWithdrawn(
  { row }: KnownFinding,
  current: readonly EpisodeSummary[],
  fromUnixMs: number,
): boolean {
  const isAffected = row.Occurrences > 0 && rowTime(row.LastSeen) >= fromUnixMs;
  return isAffected && current.every(({ findingId }) => findingId !== row.Id);
}

/** A judged finding whose detections now belong to another one hands its judgement on. */
async function withdraw(
  statuses: FindingStatusWriter,
  { row, status, reason, untilUnixMs }: KnownFinding,
  current: readonly EpisodeSummary[],
): Promise<void> {
  const firstSeen = rowTime(row.FirstSeen);
  const heir = current.find(
    ({ firstSeenUnixMs, lastSeenUnixMs }) =>
      firstSeenUnixMs <= firstSeen && firstSeen <= lastSeenUnixMs,
  );
  if (heir !== undefined && status !== "open") {
    const until = untilUnixMs === null ? null : new Date(untilUnixMs).toISOString();
    await statuses.inherit(row.Tenant, heir.findingId, { status, reason, until });
  }
  await statuses.withdraw(row.Tenant, row.Id);
}

function emptied(row: FindingRow): FindingRow {
  return { ...row, Occurrences: 0, Sessions: 0, Revision: row.Revision + 1 };
}

async function present(
  statuses: FindingStatusWriter,
  {
    tenant,
    current,
    known,
  }: {
    readonly tenant: string;
    readonly current: readonly EpisodeSummary[];
    readonly known: readonly KnownFinding[];
  },
): Promise<RefreshedFinding[]> {
  const refreshed: RefreshedFinding[] = [];
  for (const summary of current) {
    const before = known.find(({ row }) => row.Id === summary.findingId)?.row;
    if (before?.Occurrences === 0) {
      await statuses.restore(tenant, summary.findingId);
    }
    refreshed.push({ row: toFindingRow(tenant, summary, before), before });
  }
  return refreshed;
}
