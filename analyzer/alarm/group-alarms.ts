import type { Detection, FindingType } from "../../core/model/finding.ts";

/** Alarms of one stream that began together: one of them says what the finding is about. */
export interface AlarmGroup {
  readonly type: FindingType;
  readonly leadClass: string;
  readonly fromUnixMs: number;
  readonly toUnixMs: number;
  /** Series that belong to it. */
  members: string[];
  lastUnixMs: number;
}

/** An alarm with the series that raised it. */
export interface GroupedAlarm {
  readonly detection: Detection;
  readonly series: string;
  /** Operation, model or dimension of the series. */
  readonly subject: string;
}

/** Onsets this far apart are taken to be one: cells of sparse series are a quarter of an hour. */
const toleranceMs = 15 * 60_000;
const maxMembers = 64;

/**
 * Finds the group of an alarm, or begins one: the same type, and an onset that meets that of the
 * group, or a series that is in it already. Changes `groups` in place.
 *
 * A group takes its name from its first alarm; of several in one window, the most specific. A
 * name never changes later, because a finding that is renamed is two findings.
 */
export function joinGroup(groups: AlarmGroup[], { detection, series }: GroupedAlarm): AlarmGroup {
  const { type, targetClass, timeUnixMs } = detection;
  const from = detection.onset?.fromUnixMs ?? timeUnixMs;
  const to = detection.onset?.toUnixMs ?? timeUnixMs;
  const known = groups.find(
    (group) =>
      group.type === type &&
      (group.members.includes(series) ||
        (from <= group.toUnixMs + toleranceMs && to >= group.fromUnixMs - toleranceMs)),
  );
  const group = known ?? {
    type,
    leadClass: targetClass,
    fromUnixMs: from,
    toUnixMs: to,
    members: [],
    lastUnixMs: timeUnixMs,
  };
  if (known === undefined) {
    groups.push(group);
  }
  group.lastUnixMs = timeUnixMs;
  if (!group.members.includes(series) && group.members.length < maxMembers) {
    group.members.push(series);
  }
  return group;
}

/** Depth of an operation in a request: what is deeper causes what is above it. */
const depths: ReadonlyMap<string, number> = new Map([
  ["", 0],
  ["server", 0],
  ["root", 1],
  ["invoke_workflow", 2],
  ["invoke_agent", 2],
  ["create_agent", 2],
  ["chat", 4],
  ["text_completion", 4],
  ["generate_content", 4],
  ["embeddings", 4],
  ["execute_tool", 5],
]);
const otherDepth = 3;

/** Sorts the most specific first, then the surest, then by name: the order never matters. */
export function bySpecificity(a: GroupedAlarm, b: GroupedAlarm): number {
  const depth = depthOf(b.subject) - depthOf(a.subject);
  const score = b.detection.score - a.detection.score;
  return depth || score || a.series.localeCompare(b.series);
}

function depthOf(subject: string): number {
  return depths.get(subject) ?? otherDepth;
}
