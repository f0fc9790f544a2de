import { randomUUID } from "node:crypto";
import { type ChangeColumns, changeColumns, toChange } from "../../core/changes/change-columns.ts";
import { isSameChange } from "../../core/changes/merge-noticed.ts";
import type { Clock } from "../../core/clock.ts";
import type { Change } from "../../core/model/change.ts";
import { stableId } from "../../core/model/identity.ts";
import type { Store } from "../../core/store/store.ts";
import { storeChanges } from "../ingest/store-changes.ts";
import { type Stream, streamKey } from "../series/stream.ts";
import { closedUntil, type StreamProgress, type WatermarkConfig } from "../series/watermark.ts";
import type { StreamArrival } from "../series/window-stage.ts";
import { noticedChanges } from "./noticed-changes.ts";
import { readSeenValues, readStreams } from "./read-seen-values.ts";

/** Notices changes that nobody reported: releases, models and prompts that are new in spans. */
export interface NoticeStage {
  /** Says what has been stored; cheap, reads nothing. */
  observe(arrivals: readonly StreamArrival[]): void;
  /**
   * Stores what has become known as a change since the call before.
   *
   * @returns the stored changes that may explain findings; a failed call loses nothing.
   */
  tick(): Promise<Change[]>;
}

export interface NoticeStageOptions {
  readonly stores: { readonly reads: Store; readonly writes: Store };
  readonly config: WatermarkConfig;
  readonly clock: Clock;
}

interface Waiting {
  readonly stream: Stream;
  progress: StreamProgress;
  readAtUnixMs: number;
}

interface StageState extends NoticeStageOptions {
  readonly waiting: Map<string, Waiting>;
  /** Content of what was told, by id: spares the store what it knows. */
  readonly told: Map<string, string>;
  /** Stored by a call that then failed. */
  readonly pending: Change[];
  /** Tells this run from others. */
  readonly run: string;
  loaded: boolean;
}

/** A busy stream is read this often; what it shows waits at most so much longer. */
const readPauseMs = 10_000;
/** Of one tenant. */
const maxStreams = 1000;
const maxTold = 20_000;

/**
 * Needs no state of its own: every read gives the whole history of a stream's values, and the
 * changes follow from it. The first call also reads the streams that were stored before a stop.
 */
export function createNoticeStage(options: NoticeStageOptions): NoticeStage {
  const stage: StageState = {
    ...options,
    waiting: new Map(),
    told: new Map(),
    pending: [],
    run: randomUUID(),
    loaded: false,
  };
  return {
    observe(arrivals) {
      for (const arrival of arrivals) {
        observeArrival(stage, arrival);
      }
    },
    async tick() {
      if (!stage.loaded) {
        const known = await readStreams(stage.stores.reads);
        known.forEach((arrival) => observeArrival(stage, arrival));
        stage.loaded = true;
      }
      const now = stage.clock.now();
      const due = [...stage.waiting.values()].filter(
        ({ readAtUnixMs }) => now - readAtUnixMs >= readPauseMs,
      );
      for (const [tenant, group] of Map.groupBy(due, ({ stream }) => stream.tenant)) {
        await tellNews(stage, tenant, group, now);
        settle(stage, group, now);
      }
      return stage.pending.splice(0);
    },
  };
}

function observeArrival(
  { waiting, clock }: StageState,
  { tenant, service, environment, maxTimeUnixMs }: Omit<StreamArrival, "minTimeUnixMs">,
): void {
  const stream = { tenant, service, environment };
  const key = streamKey(stream);
  const known = waiting.get(key);
  if (known === undefined && !hasRoom(waiting, tenant)) {
    return;
  }
  waiting.set(key, {
    stream,
    progress: {
      maxTimeUnixMs: Math.max(known?.progress.maxTimeUnixMs ?? 0, maxTimeUnixMs),
      lastArrivalUnixMs: clock.now(),
    },
    readAtUnixMs: known?.readAtUnixMs ?? clock.now() - readPauseMs,
  });
}

function hasRoom(waiting: StageState["waiting"], tenant: string): boolean {
  if (waiting.size < maxStreams) {
    return true;
  }
  let own = 0;
  for (const { stream } of waiting.values()) {
    own += stream.tenant === tenant ? 1 : 0;
  }
  return own < maxStreams;
}

/** Stores the changes of some streams of a tenant that were not told before. */
async function tellNews(
  { stores, config, told, pending, run }: StageState,
  tenant: string,
  group: readonly Waiting[],
  now: number,
): Promise<void> {
  const streams = group.map(({ stream }) => stream);
  const seen = await readSeenValues(stores.reads, tenant, streams);
  const news = group
    .flatMap(({ stream, progress }) => {
      const values = seen.get(streamKey(stream));
      return values === undefined
        ? []
        : noticedChanges(stream, values, closedUntil(progress, now, config));
    })
    .filter((change) => told.get(change.changeId) !== contentOf(change));
  const unreported = await withoutReported(stores.reads, tenant, news);
  if (unreported.length > 0) {
    const { changed } = await storeChanges(stores, batchOf(unreported, run, now), unreported);
    pending.push(...changed.filter(({ details }) => details["type"] !== "other"));
  }
  for (const change of news) {
    told.delete(change.changeId);
    told.set(change.changeId, contentOf(change));
  }
  forgetOldest(told);
}

/** A stream whose last record has been taken in waits no longer. */
function settle({ waiting, config }: StageState, group: readonly Waiting[], now: number): void {
  for (const each of group) {
    each.readAtUnixMs = now;
    if (closedUntil(each.progress, now, config) > each.progress.maxTimeUnixMs) {
      waiting.delete(streamKey(each.stream));
    }
  }
}

function contentOf(change: Change): string {
  return stableId(JSON.stringify(change));
}

/**
 * The id follows from what is inserted, so a repeated call inserts once and tells it again; after
 * a restart it is another, and what is stored already is told no more.
 */
function batchOf(changes: readonly Change[], run: string, now: number) {
  return {
    id: `notice-${stableId(run, ...changes.map(contentOf))}`,
    receivedAtUnixMs: now,
    revision: now,
  };
}

function forgetOldest(told: Map<string, string>): void {
  for (const id of told.keys()) {
    if (told.size <= maxTold) {
      return;
    }
    told.delete(id);
  }
}

const reportedChanges = `
  SELECT ${changeColumns}
  FROM changes FINAL
  WHERE Tenant = {tenant:String} AND Service IN {services:Array(String)}
    AND Kind IN ('deployment', 'model', 'prompt_template') AND Source != 'telemetry'
    AND Time >= fromUnixTimestamp64Milli({from:Int64})
    AND Time <= fromUnixTimestamp64Milli({to:Int64})
  ORDER BY Time DESC, ChangeId
  LIMIT 10000`;

const dayMs = 86_400_000;

/**
 * Without what was reported already, unless telemetry knows a commit or digest that the report
 * does not name. A report that comes later is merged when changes are read.
 */
async function withoutReported(
  store: Store,
  tenant: string,
  noticed: readonly Change[],
): Promise<Change[]> {
  if (noticed.length === 0) {
    return [];
  }
  const times = noticed.map(({ timeUnixMs }) => timeUnixMs);
  const rows = await store.query<ChangeColumns>(reportedChanges, {
    tenant,
    services: [...new Set([...noticed.map(({ service }) => service), ""])],
    from: Math.trunc(Math.min(...times) - 15 * dayMs),
    to: Math.trunc(Math.max(...times) + 2 * dayMs),
  });
  const reported = rows.map(toChange);
  return noticed.filter((each) => {
    const twin = reported.find((other) => isSameChange(each, other));
    return twin === undefined || knowsMore(each, twin);
  });
}

function knowsMore(noticed: Change, reported: Change): boolean {
  return (
    (noticed.revision !== "" && reported.revision === "") ||
    (noticed.artifacts.length > 0 && reported.artifacts.length === 0 && reported.revision === "")
  );
}
