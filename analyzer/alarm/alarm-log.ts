import type { Detection } from "../../core/model/finding.ts";
import type { AlarmGroup } from "./group-alarms.ts";

/** An alarm of a series on its way to becoming a detection that is recorded. */
export interface Candidate {
  /** As its series raised it. */
  readonly detection: Detection;
  readonly series: string;
  /** What the group it belongs to is about: the class of the alarm that leads it. */
  readonly leadClass: string;
  /** Strongest evidence since it was raised, as the log-likelihood ratio of a CUSUM. */
  nats: number;
  /** Whether its evidence may still grow. */
  growing: boolean;
  released: boolean;
}

/** What a stream remembers of its alarms; plain JSON. */
export interface AlarmLog {
  groups: AlarmGroup[];
  candidates: Candidate[];
}

const dayMs = 86_400_000;
/** As long as windows are kept: alarms of streams that are read later may lower the bar for them. */
const keptMs = 35 * dayMs;
const maxCandidates = 64;
const groupKeptMs = 2 * dayMs;

export function createAlarmLog(): AlarmLog {
  return { groups: [], candidates: [] };
}

/** Forgets what can no longer matter, in place; released alarms count for others of their day. */
export function pruneAlarms(log: AlarmLog, nowUnixMs: number): void {
  if (log.candidates.length === 0 && log.groups.length === 0) {
    return;
  }
  log.candidates = log.candidates
    .filter(({ detection }) => nowUnixMs - detection.timeUnixMs < keptMs)
    .slice(-maxCandidates);
  log.groups = log.groups.filter(({ lastUnixMs }) => nowUnixMs - lastUnixMs < groupKeptMs);
}
