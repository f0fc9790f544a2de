import { setTimeout as delay } from "node:timers/promises";
import type { Consumer } from "kafkajs";
import { createListeners } from "../../listeners.ts";
import type { KafkaClient } from "./client.ts";
import { leaseAssigner } from "./lease-assigner.ts";
import { createLeaseClock, type LeaseClock } from "./lease-clock.ts";
import { within } from "./within.ts";

/** The right to do what one process alone may do. At most one process holds it at a time. */
export interface Lease {
  /**
   * False as soon as the last heartbeat that the brokers answered is older than 0.8 sessions by
   * the monotonic clock: a process that was paused finds out before it does anything, and the
   * brokers give the lease to nobody else for another fifth of a session.
   */
  isHeld(): boolean;
  /** Calls back after each change, with the new state; returns unsubscribe. */
  subscribe(onChange: (isHeld: boolean) => void): () => void;
  /** Gives the lease up; another process has it a moment later. */
  close(): Promise<void>;
}

export interface LeaseOptions {
  /** Whoever owns its only partition holds the lease. Nothing is read from it. */
  readonly topic: string;
  /** Of the processes that want this lease, and of nothing else. */
  readonly groupId: string;
  readonly sessionSeconds: number;
}

/** Starts to contend for a lease; whether it is held shows later. */
export function openLease(kafka: KafkaClient, options: LeaseOptions): Lease {
  const closing = new AbortController();
  const clock = createLeaseClock(options.sessionSeconds * 1000);
  const listeners = createListeners<boolean>();
  let told = false;

  function tell(): void {
    const isHeld = clock.isHeld();
    if (isHeld !== told) {
      told = isHeld;
      listeners.notify(isHeld);
    }
  }

  // A lease runs out in silence.
  const watch = setInterval(tell, options.sessionSeconds * 25);
  watch.unref();
  const contended = contend({ kafka, options, clock, tell, closing: closing.signal });
  return {
    isHeld: () => clock.isHeld(),
    subscribe: (onChange) => listeners.subscribe(onChange),
    async close() {
      clearInterval(watch);
      clock.drop();
      tell();
      closing.abort();
      try {
        await within("a lease's group to be left", contended);
      } catch (err) {
        // The brokers are away; they will miss the heartbeats.
        kafka.logger.debug({ err }, "A lease was not given up in time");
      }
    },
  };
}

interface Contention {
  readonly kafka: KafkaClient;
  readonly options: LeaseOptions;
  readonly clock: LeaseClock;
  readonly tell: () => void;
  readonly closing: AbortSignal;
}

/** kafkajs gives up after some failures, and for good after those it does not know. */
async function contend(contention: Contention): Promise<void> {
  const { kafka, closing, clock, tell } = contention;
  while (!closing.aborted) {
    const consumer = createMember(contention);
    try {
      await runUntilCrash(consumer, contention);
    } catch (err) {
      kafka.logger.warn({ err }, "A lease cannot be contended for at present");
    }
    clock.drop();
    tell();
    await end(consumer, kafka);
    await pause(1000, closing);
  }
}

function createMember({ kafka, options, clock, tell }: Contention): Consumer {
  const sessionTimeout = options.sessionSeconds * 1000;
  const heartbeatInterval = Math.min(sessionTimeout / 10, 1000);
  const consumer = kafka.consumer({
    groupId: options.groupId,
    sessionTimeout,
    rebalanceTimeout: sessionTimeout,
    heartbeatInterval,
    // The topic is paused; this is then the time between two looks at the heartbeat.
    maxWaitTimeInMs: heartbeatInterval / 2,
    partitionAssigners: [leaseAssigner(() => clock.mayKeep())],
    retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 3, restartOnFailure: never },
  });
  const { REQUEST, HEARTBEAT, GROUP_JOIN, REBALANCING } = consumer.events;
  consumer.on(REQUEST, ({ payload }) => {
    clock.asked(payload.apiName, payload.pendingDuration + payload.duration);
  });
  consumer.on(HEARTBEAT, () => {
    clock.answered();
    tell();
  });
  consumer.on(REBALANCING, () => {
    clock.drop();
    tell();
  });
  consumer.on(GROUP_JOIN, ({ payload }) => {
    consumer.pause([{ topic: options.topic }]);
    clock.joined(payload.memberAssignment[options.topic]?.includes(0) ?? false);
    tell();
  });
  return consumer;
}

async function runUntilCrash(consumer: Consumer, { options, closing }: Contention): Promise<void> {
  const over = Promise.withResolvers<void>();
  consumer.on(consumer.events.CRASH, ({ payload }) => over.reject(payload.error));
  closing.addEventListener("abort", () => over.resolve(), { once: true });
  // Until it is awaited below.
  over.promise.catch(() => undefined);
  await within("a broker", consumer.connect());
  await consumer.subscribe({ topic: options.topic, fromBeginning: false });
  await consumer.run({ autoCommit: false, eachBatch: async () => undefined });
  await over.promise;
}

async function never(): Promise<boolean> {
  return false;
}

async function end(consumer: Consumer, { logger }: KafkaClient): Promise<void> {
  try {
    await within("a member to leave its group", consumer.disconnect());
  } catch (err) {
    logger.debug({ err }, "A member of a lease's group did not leave well");
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    // Closed meanwhile.
  }
}
