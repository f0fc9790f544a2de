import { sumReasons } from "../accounting.ts";
import { type Account, AccountSums } from "./accounts.ts";
import { readContent } from "./batch-content.ts";
import { toEntry } from "./fetch-partitions.ts";
import type { Cluster } from "./kafkajs-internals.ts";
import type { LimitsOf, LogEntry, PartitionLog } from "./partition-log.ts";
import { partitionEnds, readPartition } from "./read-partition.ts";

export interface WaitingCountOptions {
  readonly cluster: () => Promise<Cluster>;
  readonly signalOf: ReadonlyMap<string, PartitionLog["signal"]>;
  readonly limitsOf: LimitsOf;
}

/** Counts what lies in the topics and is not accounted for yet. */
export interface WaitingCounts {
  /** @param unaccounted topic/partition → the first offset that is not accounted for. */
  read(unaccounted: ReadonlyMap<string, number>): Promise<Account[]>;
}

/** How long one reading may take; what is left then is estimated by what was counted. */
const patienceMs = 10_000;

/** What the records of one offset come to. */
interface Counted {
  readonly offset: number;
  readonly accounts: readonly Account[];
}

interface Tail {
  counted: Counted[];
  /** Counted up to here. */
  next: number;
}

/** Reads on from where it stopped the last time; only counts are kept. */
export function createWaitingCounts(options: WaitingCountOptions): WaitingCounts {
  const tails = new Map<string, Tail>();
  let reading: Promise<unknown> = Promise.resolve();

  async function readAll(unaccounted: ReadonlyMap<string, number>): Promise<Account[]> {
    const cluster = await options.cluster();
    const deadline = performance.now() + patienceMs;
    const sums = new AccountSums();
    for (const [topic, signal] of options.signalOf) {
      for (const { partition, start, end } of await partitionEnds(cluster, topic)) {
        const key = `${topic}/${partition}`;
        const from = Math.max(unaccounted.get(key) ?? 0, start);
        const tail = trimmed(tails.get(key), from);
        tails.set(key, tail);
        await readPartition(cluster, { topic, partition, from: tail.next, end }, (message) => {
          tail.counted.push(countEntry({ signal }, toEntry(message), options.limitsOf));
          // At once: a reading that is cut off goes on behind what it has counted.
          tail.next = Number(message.offset) + 1;
          return performance.now() < deadline;
        });
        addTail(sums, tail, end - from);
      }
    }
    return sums.rows();
  }

  return {
    read(unaccounted) {
      const done = reading.catch(() => undefined).then(() => readAll(unaccounted));
      reading = done;
      return done;
    },
  };
}

function trimmed(tail: Tail | undefined, from: number): Tail {
  return tail === undefined || tail.next < from
    ? { counted: [], next: from }
    : { counted: tail.counted.filter(({ offset }) => offset >= from), next: tail.next };
}

function countEntry(
  log: Pick<PartitionLog, "signal">,
  entry: LogEntry,
  limitsOf: LimitsOf,
): Counted {
  return { offset: entry.offset, accounts: readContent(log, [entry], limitsOf).sums.rows() };
}

/** Adds what was counted, times what was not in time. */
function addTail(sums: AccountSums, { counted, next }: Tail, waiting: number): void {
  const first = counted[0]?.offset ?? next;
  const seen = next - first;
  const scale = seen > 0 && waiting > seen ? waiting / seen : 1;
  const own = new AccountSums();
  counted.forEach(({ accounts }) => accounts.forEach((account) => own.add(account, account)));
  for (const { tenant, signal, received, rejected } of own.rows()) {
    const inFlight = Math.round((received - sumReasons(rejected)) * scale);
    sums.add({ tenant, signal }, { received: inFlight + sumReasons(rejected), rejected });
  }
}
