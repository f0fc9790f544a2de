import type { Detection } from "../../core/model/finding.ts";
import type { Candidate } from "../alarm/alarm-log.ts";
import { advanceSighting, advanceSilence, advanceWindow } from "./advance-stream.ts";
import type { StreamWindows } from "./read-windows.ts";
import { addSnapshot, type Snapshot, snapshotsBefore } from "./snapshots.ts";
import type { Stream } from "./stream.ts";
import {
  createStreamState,
  parseStreamState,
  type StreamState,
  serializeStreamState,
} from "./stream-state.ts";
import { floorToWindow, type StreamProgress } from "./watermark.ts";

/** A stream that is followed: how far it is, and what has been said about it. */
export interface FollowedStream {
  readonly stream: Stream;
  state: StreamState;
  progress: StreamProgress;
  snapshots: Snapshot[];
  /** Detections that stand, by id. */
  raised: Map<string, Detection>;
  /** While data that came late is recomputed: detections not yet raised again. */
  doubtful: Map<string, Detection>;
  /** Event time up to which the doubtful ones can still be raised again. */
  doubtfulUntilUnixMs: number;
  /** Start of the earliest closed window that got a late record; `Infinity` for none. */
  lateFromUnixMs: number;
  reopenedAtUnixMs: number;
  /** Whether the state has changed since the last checkpoint. */
  dirty: boolean;
}

export interface Raised {
  readonly detections: Detection[];
  readonly retracted: Detection[];
}

const maxRaised = 1000;

export function followStream(stream: Stream, firstTimeUnixMs: number): FollowedStream {
  return {
    stream,
    state: createStreamState(floorToWindow(firstTimeUnixMs)),
    progress: { maxTimeUnixMs: firstTimeUnixMs, lastArrivalUnixMs: 0 },
    snapshots: [],
    raised: new Map(),
    doubtful: new Map(),
    doubtfulUntilUnixMs: 0,
    lateFromUnixMs: Infinity,
    reopenedAtUnixMs: 0,
    dirty: true,
  };
}

/** Remembers the present state as a place to start again from. */
export function takeSnapshot(followed: FollowedStream): void {
  const { seenUntilUnixMs } = followed.state;
  const text = serializeStreamState(followed.state);
  followed.snapshots = addSnapshot(followed.snapshots, { seenUntilUnixMs, text });
}

/**
 * Goes back to before the earliest late record. What was raised since is in doubt until the
 * windows have been taken in again.
 */
export function reopen(followed: FollowedStream, nowUnixMs: number): void {
  const fromUnixMs = floorToWindow(followed.lateFromUnixMs);
  const { seenUntilUnixMs, firstUnixMs } = followed.state;
  followed.snapshots = snapshotsBefore(followed.snapshots, fromUnixMs);
  const snapshot = followed.snapshots.at(-1);
  followed.state =
    snapshot === undefined
      ? createStreamState(Math.min(fromUnixMs, firstUnixMs))
      : parseStreamState(snapshot.text);
  const waiting = new Set(waitingAlarms(followed).map(({ detection }) => detection.id));
  for (const [id, detection] of followed.raised) {
    if (detection.timeUnixMs >= followed.state.seenUntilUnixMs || waiting.has(id)) {
      followed.raised.delete(id);
      followed.doubtful.set(id, detection);
    }
  }
  followed.doubtfulUntilUnixMs = Math.max(followed.doubtfulUntilUnixMs, seenUntilUnixMs);
  followed.lateFromUnixMs = Infinity;
  followed.reopenedAtUnixMs = nowUnixMs;
  followed.dirty = true;
}

/**
 * Takes in the closed windows up to a time; what was read before that point is skipped.
 *
 * @returns what is raised at once; strong alarms wait to be released.
 */
export function takeIn(
  followed: FollowedStream,
  { windows, sightings }: StreamWindows,
  untilUnixMs: number,
): Detection[] {
  const { stream, state } = followed;
  const fromUnixMs = state.seenUntilUnixMs;
  function isDue(timeUnixMs: number): boolean {
    return timeUnixMs >= fromUnixMs && timeUnixMs < untilUnixMs;
  }
  const found = [
    ...windows
      .filter(({ startUnixMs }) => isDue(startUnixMs))
      .flatMap((window) => advanceWindow(stream, state, window)),
    ...sightings
      .filter(({ timeUnixMs }) => isDue(timeUnixMs))
      .flatMap((sighting) => advanceSighting(stream, state, sighting)),
  ];
  if (untilUnixMs > fromUnixMs) {
    advanceSilence(stream, state, untilUnixMs);
  }
  state.seenUntilUnixMs = Math.max(fromUnixMs, untilUnixMs);
  followed.dirty = true;
  const weak = found.filter(({ strength }) => strength === "weak");
  const detections = weak.filter((detection) => isNew(followed, detection));
  forgetOldest(followed.raised);
  return detections;
}

/** Alarms that have not been released. */
export function waitingAlarms({ state }: FollowedStream): Candidate[] {
  return state.alarms.candidates.filter(({ released }) => !released);
}

/** Turns alarms of the stream that stand into detections; those raised before are left out. */
export function release(followed: FollowedStream, standing: readonly Candidate[]): Detection[] {
  const detections: Detection[] = [];
  for (const candidate of standing) {
    candidate.released = true;
    followed.dirty = true;
    const detection = { ...candidate.detection, targetClass: candidate.leadClass };
    if (isNew(followed, detection)) {
      detections.push(detection);
    }
  }
  forgetOldest(followed.raised);
  return detections;
}

/** A detection whose class is another than before is new; the one before stays in doubt. */
function isNew({ doubtful, raised }: FollowedStream, detection: Detection): boolean {
  const before = doubtful.get(detection.id) ?? raised.get(detection.id);
  const isKnown = before?.targetClass === detection.targetClass;
  if (isKnown) {
    doubtful.delete(detection.id);
  }
  raised.set(detection.id, detection);
  return !isKnown;
}

/** Retracts doubtful detections that did not come again by the end of what was recomputed. */
export function settleDoubts(followed: FollowedStream): Detection[] {
  if (followed.state.seenUntilUnixMs < followed.doubtfulUntilUnixMs) {
    return [];
  }
  const retracted = [...followed.doubtful.values()];
  followed.doubtful.clear();
  followed.doubtfulUntilUnixMs = 0;
  return retracted;
}

function forgetOldest(raised: Map<string, Detection>): void {
  for (const id of raised.keys()) {
    if (raised.size <= maxRaised) {
      return;
    }
    raised.delete(id);
  }
}
