import type { FindingStatus } from "../../core/model/finding.ts";
import { stableId } from "../../core/model/identity.ts";

const weekMs = 7 * 86_400_000;

/** First and last detection of one day on one side of each boundary, Unix milliseconds. */
export interface ActiveSpan {
  readonly fromUnixMs: number;
  readonly toUnixMs: number;
}

/** Where a person resolved a finding: later detections belong to a new episode. */
export interface Boundary {
  readonly findingId: string;
  /** Event time of the newest detection that was known when the finding was resolved. */
  readonly lastUnixMs: number;
}

export interface KnownStatus {
  readonly status: FindingStatus;
  /** End of a mute or a false-positive label; `null` has no end. */
  readonly untilUnixMs: number | null;
}

export interface EpisodeHistory {
  readonly boundaries: readonly Boundary[];
  readonly statuses: ReadonlyMap<string, KnownStatus>;
}

export interface Episode extends ActiveSpan {
  /** Id of the finding that the episode is, once promoted. */
  readonly findingId: string;
}

/**
 * Splits the activity of one fingerprint into episodes. A new one begins after a boundary, or
 * more than seven days after the last detection; a muted or false-positive episode goes on
 * through any silence until its label ends.
 *
 * The id is a hash of fingerprint, the week (since 1970) of the episode's start and the resolved
 * finding before it. Two episodes cannot share it, for their starts lie more than a week apart
 * or a boundary stands between them; and a detection that arrives late moves the start without
 * changing the id, unless it reaches into an earlier week.
 */
export function splitEpisodes(
  fingerprint: string,
  spans: readonly ActiveSpan[],
  { boundaries, statuses }: EpisodeHistory,
): Episode[] {
  const episodes: Episode[] = [];
  for (const span of spans.toSorted((a, b) => a.fromUnixMs - b.fromUnixMs)) {
    const current = episodes.at(-1);
    if (current !== undefined && continues(current, span, { boundaries, statuses })) {
      episodes[episodes.length - 1] = { ...current, toUnixMs: span.toUnixMs };
    } else {
      const week = Math.floor(span.fromUnixMs / weekMs);
      const before = boundaryBefore(boundaries, span.fromUnixMs)?.findingId ?? "";
      episodes.push({ ...span, findingId: stableId(fingerprint, String(week), before) });
    }
  }
  return episodes;
}

function continues(episode: Episode, span: ActiveSpan, history: EpisodeHistory): boolean {
  const { boundaries, statuses } = history;
  const { fromUnixMs } = span;
  const crossed = boundaryBefore(boundaries, fromUnixMs);
  if (crossed !== boundaryBefore(boundaries, episode.fromUnixMs)) {
    return false;
  }
  if (fromUnixMs - episode.toUnixMs <= weekMs) {
    return true;
  }
  const known = statuses.get(episode.findingId);
  const silenced = known?.status === "muted" || known?.status === "false_positive";
  return silenced && (known.untilUnixMs === null || fromUnixMs <= known.untilUnixMs);
}

/** The newest boundary that lies before a time; ties are broken by id, so that order is fixed. */
function boundaryBefore(boundaries: readonly Boundary[], timeUnixMs: number): Boundary | undefined {
  let newest: Boundary | undefined;
  for (const boundary of boundaries) {
    if (boundary.lastUnixMs < timeUnixMs && (newest === undefined || later(boundary, newest))) {
      newest = boundary;
    }
  }
  return newest;
}

function later(a: Boundary, b: Boundary): boolean {
  return (
    a.lastUnixMs > b.lastUnixMs || (a.lastUnixMs === b.lastUnixMs && a.findingId > b.findingId)
  );
}
