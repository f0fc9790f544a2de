import type { KafkaClient } from "./client.ts";
import { fetchInto, isNamed, leadersOf, skipExpired } from "./fetch-partitions.ts";
import type { Cluster } from "./kafkajs-internals.ts";
import type { PartitionLog } from "./partition-log.ts";

export interface FetchOptions {
  /** What may be read now, with the most urgent first; asked before each request. */
  readonly wanted: () => readonly PartitionLog[];
  /** Called when something came. */
  readonly onFetched: () => void;
}

export interface Fetcher {
  /** Looks again at what is wanted. */
  wake(): void;
  close(): Promise<void>;
}

const afterErrorMs = 250;
const unreadableMs = 10_000;

/**
 * Fetches what is wanted from the leaders of its partitions, one request per leader at a time,
 * and appends it to the partitions' buffers. Errors are the brokers' to recover from: it goes on
 * until it is closed.
 */
export function startFetcher(kafka: KafkaClient, cluster: Cluster, options: FetchOptions): Fetcher {
  const running = new Map<string, Promise<void>>();
  const state = { isClosed: false, wakeUp: Promise.withResolvers<void>() };

  async function run(): Promise<void> {
    while (!state.isClosed) {
      state.wakeUp = Promise.withResolvers<void>();
      const wanted = options.wanted().filter(({ isFetching }) => !isFetching);
      for (const [nodeId, logs] of leadersOf(cluster, wanted)) {
        if (!running.has(nodeId)) {
          running.set(nodeId, fetchFrom(nodeId, logs));
        }
      }
      await state.wakeUp.promise;
    }
    await Promise.all(running.values());
  }

  async function fetchFrom(nodeId: string, logs: readonly PartitionLog[]): Promise<void> {
    setFetching(logs, true);
    try {
      await fetchInto(cluster, nodeId, logs);
      options.onFetched();
    } catch (error) {
      await recover({ kafka, cluster, wake }, logs, error);
    }
    setFetching(logs, false);
    running.delete(nodeId);
    wake();
  }

  function wake(): void {
    state.wakeUp.resolve();
  }

  const done = run();
  return {
    wake,
    async close() {
      state.isClosed = true;
      wake();
      await done;
    },
  };
}

function setFetching(logs: readonly PartitionLog[], isFetching: boolean): void {
  for (const log of logs) {
    log.isFetching = isFetching;
  }
}

interface Recovery {
  readonly kafka: KafkaClient;
  readonly cluster: Cluster;
  readonly wake: () => void;
}

interface KafkajsError {
  readonly name?: string;
  readonly retriable?: boolean;
  readonly topic?: string;
  readonly partition?: number;
}

async function recover(
  recovery: Recovery,
  logs: readonly PartitionLog[],
  error: unknown,
): Promise<void> {
  const { kafka, cluster } = recovery;
  const kind = error as KafkajsError;
  try {
    if (kind.name === "KafkaJSOffsetOutOfRange") {
      const log = logs.find((one) => isNamed(one, kind));
      await skipExpired(cluster, log, kafka);
    } else if (isUnreadable(kind)) {
      markUnreadable(recovery, logs, error);
    } else {
      kafka.logger.debug({ err: error }, "A fetch failed; trying again");
      await pause(afterErrorMs);
      await cluster.connect();
      await cluster.refreshMetadata();
    }
  } catch (again) {
    kafka.logger.debug({ err: again }, "The brokers cannot be reached; trying again");
    await pause(afterErrorMs);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Of several partitions, each is tried alone first: one must not stop the others. */
function markUnreadable(
  { kafka, wake }: Recovery,
  logs: readonly PartitionLog[],
  error: unknown,
): void {
  const [log] = logs;
  if (log === undefined || logs.length > 1) {
    for (const one of logs) {
      one.isAlone = true;
    }
    return;
  }
  const { topic, partition, nextFetch: offset } = log;
  log.fault = error instanceof Error ? error.message : String(error);
  kafka.logger.error(
    { topic, partition, offset, fault: log.fault },
    "A partition cannot be read: its record batch is compressed in a way this program does not " +
      "know (it knows gzip and zstd), or is damaged; trying again",
  );
  setTimeout(() => {
    log.fault = null;
    wake();
  }, unreadableMs).unref();
}

/** What kafkajs throws for bytes it cannot make sense of: nothing the broker would mend. */
function isUnreadable({ name, retriable }: KafkajsError): boolean {
  const isOfKafkajs = name?.startsWith("KafkaJS") === true;
  return isOfKafkajs ? name === "KafkaJSNotImplemented" : retriable === undefined;
}
