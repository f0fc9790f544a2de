import type { Clock } from "../../core/clock.ts";
import type { FindingStage } from "../findings/finding-stage.ts";
import type { StoredBatch } from "../ingest/ingest-stage.ts";
import type { NoticeStage } from "../notice/notice-stage.ts";
import type { StreamArrival, WindowStage } from "../series/window-stage.ts";
import type { QueryStage } from "../streams/query-stage.ts";
import { createSuspectTraces, type TraceSpan } from "../trace/suspect-traces.ts";
import type { TraceStage } from "../trace/trace-stage.ts";

/** What of a stored batch becomes findings. */
export type BatchNews = Pick<StoredBatch, "receivedAtUnixMs" | "detections" | "changes">;

/** What the stages that follow whole traces and windows need to know of a stored batch. */
export interface BatchSight {
  readonly spans: readonly TraceSpan[];
  readonly arrivals: readonly StreamArrival[];
}

/**
 * What follows once a batch is stored: findings, traces, windows, noticed changes. They keep
 * state, so one process at a time runs them, wherever the batches are stored.
 */
export interface Stages {
  /** Resumes from the store; to be called first. */
  load(): Promise<void>;
  /** Turns the batch's detections and changes into findings; safe to repeat. */
  record(news: BatchNews): Promise<void>;
  /**
   * Takes note of the batch; reads and writes nothing.
   *
   * @returns whether one of its traces is to be looked at later.
   */
  observe(sight: BatchSight): boolean;
  /** Looks at what has become due. A call that fails loses nothing. */
  tick(): Promise<void>;
  /** Keeps the state; what `tick` found has been recorded by then. */
  checkpoint(): Promise<void>;
}

export interface StagesDependencies {
  readonly findings: FindingStage;
  readonly traces: TraceStage;
  readonly windows: WindowStage;
  readonly notices: NoticeStage;
  /** Absent where nobody wants its findings. */
  readonly queries?: QueryStage;
  readonly clock: Clock;
}

export function createStages(dependencies: StagesDependencies): Stages {
  const { findings, traces, windows, notices, queries } = dependencies;
  const suspects = createSuspectTraces();
  return {
    load: () => windows.load(),
    record: (news) => recordNews(findings, news),
    observe({ spans, arrivals }) {
      const touched = suspects.among(spans);
      traces.observe(touched);
      windows.observe(arrivals);
      notices.observe(arrivals);
      queries?.observe(arrivals);
      return touched.length > 0;
    },
    tick: () => tick(dependencies),
    checkpoint: () => windows.checkpoint(),
  };
}

export async function recordNews(
  findings: Pick<FindingStage, "record" | "changesArrived">,
  { receivedAtUnixMs, detections, changes }: BatchNews,
): Promise<void> {
  if (detections.length > 0) {
    await findings.record(detections, { stage: "record", receivedAtUnixMs });
  }
  if (changes.length > 0) {
    await findings.changesArrived(changes);
  }
}

async function tick(dependencies: StagesDependencies): Promise<void> {
  const { traces, windows, notices, queries, findings, clock } = dependencies;
  const receivedAtUnixMs = clock.now();
  const noticed = await notices.tick();
  if (noticed.length > 0) {
    await findings.changesArrived(noticed);
  }
  const onTraces = await traces.tick();
  if (onTraces.length > 0) {
    await findings.record(onTraces, { stage: "trace", receivedAtUnixMs });
  }
  const onQueries = (await queries?.tick()) ?? [];
  if (onQueries.length > 0) {
    await findings.record(onQueries, { stage: "stream", receivedAtUnixMs });
  }
  const { detections, retracted } = await windows.tick();
  if (detections.length > 0) {
    await findings.record(detections, { stage: "series", receivedAtUnixMs });
  }
  if (retracted.length > 0) {
    await findings.retract(retracted);
  }
  await findings.tick();
}
