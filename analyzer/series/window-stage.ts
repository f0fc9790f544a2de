import type { Clock } from "../../core/clock.ts";
import type { Config } from "../../core/config/config.ts";
import type { Logger } from "../../core/log.ts";
import type { Store } from "../../core/store/store.ts";
import {
  createVerdictReader,
  type FalseVerdicts,
  type VerdictReader,
} from "../alarm/read-verdicts.ts";
import { createMutex } from "./create-mutex.ts";
import { findStreams, missesSpans } from "./find-streams.ts";
import {
  type FollowedStream,
  followStream,
  type Raised,
  reopen,
  settleDoubts,
  takeIn,
  takeSnapshot,
} from "./followed-stream.ts";
import { type DueStream, type PlannedRead, planReads } from "./plan-reads.ts";
import { readWindows } from "./read-windows.ts";
import { releaseAlarms } from "./release-alarms.ts";
import { readCheckpoints, writeCheckpoints } from "./series-checkpoint.ts";
import { stoppedStreams } from "./stopped-streams.ts";
import { type Stream, streamKey } from "./stream.ts";
import { closedUntil } from "./watermark.ts";
import { type WindowStageStats, windowStageStats } from "./window-stage-stats.ts";

/** Event times of the records of one stream in one stored batch. */
export interface StreamArrival extends Stream {
  readonly minTimeUnixMs: number;
  readonly maxTimeUnixMs: number;
}

/** Closes windows and runs the series detectors on them. */
export interface WindowStage {
  /** Says what has been stored; cheap, reads nothing. */
  observe(arrivals: readonly StreamArrival[]): void;
  /**
   * Takes in every window that has closed. Detections that follow from late data are new ones;
   * those that no longer follow are retracted. A failed call loses nothing: the next one goes on.
   */
  tick(): Promise<Raised>;
  /** Keeps the state; what `tick` returned must have been recorded before. */
  checkpoint(): Promise<void>;
  /** Resumes from the checkpoints and finds what was stored since. Call once, before `observe`. */
  load(): Promise<void>;
  stats(): WindowStageStats;
}

export interface WindowStageOptions {
  readonly store: { readonly reads: Store; readonly writes: Store };
  readonly config: Config["analyzer"];
  readonly clock: Clock;
  readonly logger: Logger;
}

interface StageState extends WindowStageOptions {
  readonly followed: Map<string, FollowedStream>;
  readonly unfollowed: Map<string, Stream>;
  /** Raised by steps of a tick that then failed. */
  readonly pending: Raised;
  readonly verdicts: VerdictReader;
  checkpointedAtUnixMs: number;
  /** Whether a stream is followed that no checkpoint has yet: people see series from there. */
  hasNew: boolean;
  revision: number;
}

const newStreamCheckpointMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Recomputing more than this is done at most once a minute per stream. */
const deepReopenMs = 6 * hourMs;
const deepReopenPauseMs = 60_000;

export function createWindowStage(options: WindowStageOptions): WindowStage {
  const stage: StageState = {
    ...options,
    followed: new Map(),
    unfollowed: new Map(),
    pending: { detections: [], retracted: [] },
    verdicts: createVerdictReader(options.store.reads, options.clock),
    checkpointedAtUnixMs: options.clock.now(),
    hasNew: false,
    revision: 0,
  };
  const exclusive = createMutex();
  return {
    observe(arrivals) {
      for (const arrival of arrivals) {
        observeArrival(stage, arrival);
      }
    },
    tick: () => exclusive(() => tick(stage)),
    checkpoint: () => exclusive(() => checkpoint(stage)),
    load: () => exclusive(() => load(stage)),
    stats: () => windowStageStats(stage.followed, stage.unfollowed),
  };
}

function observeArrival(stage: StageState, arrival: StreamArrival): void {
  const { tenant, service, environment, minTimeUnixMs, maxTimeUnixMs } = arrival;
  const stream = { tenant, service, environment };
  const key = streamKey(stream);
  let followed = stage.followed.get(key);
  if (followed === undefined) {
    if (stage.unfollowed.has(key) || !hasRoom(stage, tenant)) {
      stage.unfollowed.set(key, stream);
      return;
    }
    followed = followStream(stream, minTimeUnixMs);
    stage.followed.set(key, followed);
    stage.hasNew = true;
  }
  followed.progress = {
    maxTimeUnixMs: Math.max(followed.progress.maxTimeUnixMs, maxTimeUnixMs),
    lastArrivalUnixMs: stage.clock.now(),
  };
  if (minTimeUnixMs < followed.state.seenUntilUnixMs) {
    followed.lateFromUnixMs = Math.min(followed.lateFromUnixMs, minTimeUnixMs);
  }
}

/** A tenant has as many streams as its rows may name, `other` included. */
function hasRoom({ followed, config }: StageState, tenant: string): boolean {
  let own = 0;
  for (const { stream } of followed.values()) {
    own += stream.tenant === tenant ? 1 : 0;
  }
  return own <= config.maxSeriesValues;
}

/** Where streams found no room, those that were silent for a day give theirs up. */
function makeRoom({ followed, unfollowed, clock }: StageState): void {
  const crowded = new Set([...unfollowed.values()].map(({ tenant }) => tenant));
  const silentSince = clock.now() - dayMs;
  for (const [key, { stream, progress }] of followed) {
    if (crowded.has(stream.tenant) && progress.lastArrivalUnixMs < silentSince) {
      followed.delete(key);
    }
  }
  unfollowed.clear();
}

async function tick(stage: StageState): Promise<Raised> {
  const { config, clock } = stage;
  // What earlier ticks returned has been recorded by now, so their state may be kept.
  const checkpointAfterMs = stage.hasNew
    ? Math.min(newStreamCheckpointMs, config.checkpointMinutes * 60_000)
    : config.checkpointMinutes * 60_000;
  if (clock.now() - stage.checkpointedAtUnixMs >= checkpointAfterMs) {
    await checkpoint(stage);
  }
  const verdicts = await stage.verdicts.read();
  for (const read of planReads(dueStreams(stage))) {
    await readAndTakeIn(stage, read, verdicts);
  }
  takeInSilence(stage, verdicts);
  const { detections, retracted } = stage.pending;
  return { detections: detections.splice(0), retracted: retracted.splice(0) };
}

function dueStreams(stage: StageState): DueStream[] {
  const now = stage.clock.now();
  const due: DueStream[] = [];
  for (const followed of stage.followed.values()) {
    if (isReopenDue(followed, now)) {
      reopen(followed, now);
    }
    const closed = closedUntil(followed.progress, now, stage.config);
    const untilUnixMs = Math.max(closed, followed.doubtfulUntilUnixMs);
    if (untilUnixMs > followed.state.seenUntilUnixMs) {
      snapshotIfOld(followed, stage.config.checkpointMinutes * 60_000);
      due.push({ followed, fromUnixMs: followed.state.seenUntilUnixMs, untilUnixMs });
    }
  }
  return due;
}

/** Nothing is read for streams that have stopped: nothing has arrived. */
function takeInSilence(stage: StageState, verdicts: FalseVerdicts): void {
  const byTenant = Map.groupBy(stage.followed.values(), ({ stream }) => stream.tenant);
  for (const streams of byTenant.values()) {
    const { stopped, untilUnixMs } = stoppedStreams(streams, stage.clock.now(), stage.config);
    for (const followed of stopped) {
      takeIn(followed, { windows: [], sightings: [] }, untilUnixMs);
    }
    if (stopped.length > 0) {
      stage.pending.detections.push(...releaseAlarms(streams, verdicts));
    }
  }
}

function isReopenDue({ state, lateFromUnixMs, reopenedAtUnixMs }: FollowedStream, now: number) {
  const isDeep = state.seenUntilUnixMs - lateFromUnixMs > deepReopenMs;
  const isPaused = isDeep && now - reopenedAtUnixMs < deepReopenPauseMs;
  return lateFromUnixMs < state.seenUntilUnixMs && !isPaused;
}

function snapshotIfOld(followed: FollowedStream, ageMs: number): void {
  const newest = followed.snapshots.at(-1)?.seenUntilUnixMs ?? -Infinity;
  if (followed.state.seenUntilUnixMs - newest >= ageMs) {
    takeSnapshot(followed);
  }
}

async function readAndTakeIn(
  stage: StageState,
  read: PlannedRead,
  verdicts: FalseVerdicts,
): Promise<void> {
  const streams = read.members.map(({ followed }) => followed.stream);
  const windows = await readWindows(stage.store.reads, { ...read, streams });
  for (const { followed, untilUnixMs } of read.members) {
    const own = windows.get(streamKey(followed.stream)) ?? { windows: [], sightings: [] };
    const markBefore = followed.state.sampling.mark;
    const raised = takeIn(followed, own, Math.min(untilUnixMs, read.toUnixMs));
    logMark(stage.logger, followed, markBefore);
    stage.pending.detections.push(...raised);
  }
  const all = [...stage.followed.values()];
  stage.pending.detections.push(
    ...releaseAlarms(
      all.filter(({ stream }) => stream.tenant === read.tenant),
      verdicts,
    ),
  );
  for (const { followed } of read.members) {
    stage.pending.retracted.push(...settleDoubts(followed));
  }
}

function logMark(logger: Logger, { stream, state }: FollowedStream, before: string): void {
  const { mark } = state.sampling;
  if (mark === before) {
    return;
  }
  const { service, environment } = stream;
  logger.info(
    { service, environment, mark },
    mark === ""
      ? "The rates of a service are judged again"
      : "The rates of a service are not judged, because of how it is sampled",
  );
}

async function checkpoint(stage: StageState): Promise<void> {
  // While late data is recomputed the state lags behind what was raised from it.
  const changed = [...stage.followed.values()].filter(
    ({ dirty, doubtful }) => dirty && doubtful.size === 0,
  );
  stage.revision = Math.max(stage.revision + 1, stage.clock.now());
  const checkpoints = changed.map(({ stream, state, raised }) => ({
    stream,
    state,
    raised: [...raised.values()],
  }));
  await writeCheckpoints(stage.store.writes, checkpoints, stage.revision);
  for (const followed of changed) {
    followed.dirty = false;
  }
  stage.checkpointedAtUnixMs = stage.clock.now();
  stage.hasNew = false;
  makeRoom(stage);
}

async function load(stage: StageState): Promise<void> {
  const { reads } = stage.store;
  const checkpoints = await readCheckpoints(reads);
  // If there are more than have room, the newest get it.
  checkpoints.sort((a, b) => b.state.seenUntilUnixMs - a.state.seenUntilUnixMs);
  for (const { stream, state, raised } of checkpoints) {
    if (!hasRoom(stage, stream.tenant)) {
      stage.unfollowed.set(streamKey(stream), stream);
      continue;
    }
    const followed = followStream(stream, state.firstUnixMs);
    followed.state = state;
    followed.raised = new Map(raised.map((detection) => [detection.id, detection]));
    followed.dirty = false;
    if (await missesSpans(reads, stream, state)) {
      stage.logger.info({ service: stream.service }, "Checkpoint misses late data; recomputing");
      followed.lateFromUnixMs = state.firstUnixMs;
    } else {
      takeSnapshot(followed);
    }
    stage.followed.set(streamKey(stream), followed);
  }
  for (const stored of await findStreams(reads)) {
    // What a checkpoint has seen is not late; a stream without one begins with its first window.
    const seenUntilUnixMs = stage.followed.get(streamKey(stored))?.state.seenUntilUnixMs;
    observeArrival(stage, { ...stored, minTimeUnixMs: seenUntilUnixMs ?? stored.minTimeUnixMs });
  }
}
