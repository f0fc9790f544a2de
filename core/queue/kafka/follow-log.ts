import { setTimeout as delay } from "node:timers/promises";
import type { FetchedMessage } from "./kafkajs-internals.ts";
import type { LogConnection } from "./log-connection.ts";
import { createLogProgress, type LogProgress } from "./log-progress.ts";

/** Hands on a log's records in order, from one offset on, across failures of the brokers. */
export interface FollowedLog extends Pick<LogProgress, "reached"> {
  close(): Promise<void>;
}

export interface FollowOptions {
  readonly connection: LogConnection;
  readonly topic: string;
  readonly from: number;
  readonly take: (message: FetchedMessage) => void;
  readonly onProblem: (error: unknown) => void;
}

const firstPauseMs = 50;
const longestPauseMs = 1000;

export function followLog(options: FollowOptions): FollowedLog {
  const progress = createLogProgress(options.topic, options.from);
  const closing = new AbortController();
  const followed = follow(options, progress, closing.signal);
  return {
    reached: (offset) => progress.reached(offset),
    async close() {
      closing.abort();
      await options.connection.close();
      await followed;
    },
  };
}

async function follow(
  options: FollowOptions,
  progress: LogProgress,
  closing: AbortSignal,
): Promise<void> {
  let pauseMs = firstPauseMs;
  while (!closing.aborted) {
    try {
      await readOn(options, progress);
      progress.problem = null;
      pauseMs = firstPauseMs;
    } catch (error) {
      if (!closing.aborted) {
        progress.problem = error;
        options.onProblem(error);
        await skipRemoved(options, progress);
        await pause(pauseMs, closing);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    }
  }
}

async function readOn(
  { connection, topic, take }: FollowOptions,
  progress: LogProgress,
): Promise<void> {
  const { messages, highWatermark } = await connection.fetch(topic, progress.next);
  messages.forEach(take);
  const last = messages.at(-1);
  // Compaction may have left nothing of a range that lies below the high watermark.
  progress.advance(
    last === undefined ? Math.max(progress.next, highWatermark) : Number(last.offset) + 1,
  );
}

/** What is past its retention is gone; what never was there means that it is another log. */
async function skipRemoved(
  { connection, topic }: FollowOptions,
  progress: LogProgress,
): Promise<void> {
  const { problem } = progress;
  if (!(problem instanceof Error && problem.name === "KafkaJSOffsetOutOfRange")) {
    return;
  }
  try {
    const start = await connection.start(topic);
    if (start > progress.next) {
      progress.advance(start);
    } else {
      const found = `ends before offset ${progress.next}, which was read already`;
      progress.problem = new Error(`topic ${topic} ${found}: was it made anew? Start again`);
    }
  } catch (error) {
    progress.problem = error;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    // Closed meanwhile.
  }
}
