import type { AccountedSignal } from "../../model/telemetry.ts";
import type { Store } from "../../store/store.ts";
import type { DeadLetterSummary, DeadLetters } from "../dead-letters.ts";
import type { DeadLetter } from "../queue.ts";
import { writeAccounts } from "./accounts.ts";
import {
  readDeadLetter,
  replayMessage,
  takenBack,
  tombstone,
  withBody,
} from "./dead-letter-message.ts";
import type { Cluster, FetchedMessage } from "./kafkajs-internals.ts";
import { textOf } from "./message.ts";
import { partitionEnds, readPartition } from "./read-partition.ts";
import type { Sender } from "./sender.ts";

export interface KafkaDeadLetterDependencies {
  /** Connected when it is first used. */
  readonly cluster: () => Promise<Cluster>;
  readonly sender: Sender;
  readonly store: Store;
  readonly topic: string;
  readonly signalOf: (topic: string) => AccountedSignal | null;
  /** @throws QueueFullError when the queue takes nothing more. */
  readonly requireRoom: () => void;
}

/**
 * Dead letters in a compacted topic of one partition; a position is an offset. Headers are kept in
 * memory once they were read, bodies are read again when they are asked for.
 */
export function createKafkaDeadLetters(dependencies: KafkaDeadLetterDependencies): DeadLetters {
  const { sender, topic } = dependencies;
  const index = createIndex(dependencies);

  async function remove(key: string): Promise<void> {
    await sender.send(topic, [tombstone(key)]);
  }

  return {
    async list(limit, cursor, tenant) {
      const after = cursor === "" ? -1 : Number(cursor);
      const rows = (await index.read()).filter(
        ({ summary }) =>
          summary.position > after && (tenant === undefined || summary.tenant === tenant),
      );
      const items = rows.slice(0, limit).map(({ summary }) => summary);
      const last = items.at(-1);
      return { items, nextCursor: rows.length > limit && last ? String(last.position) : null };
    },
    async get(position) {
      return (await find(dependencies, index, position))?.letter ?? null;
    },
    async replay(position) {
      const found = await find(dependencies, index, position);
      if (found === null) {
        return null;
      }
      dependencies.requireRoom();
      const { key, letter, message } = found;
      await takeBack(dependencies, letter, message);
      const origin = textOf(message, "x-dlq-topic");
      const newPosition = await sender.send(origin, [replayMessage(message)]);
      await remove(key);
      return newPosition;
    },
    async drop(position) {
      const entry = (await index.read()).find(({ summary }) => summary.position === position);
      if (entry !== undefined) {
        await remove(entry.key);
      }
      return entry !== undefined;
    },
    // The topic holds them until a person decides.
    evicted: () => 0,
  };
}

interface Entry {
  readonly key: string;
  readonly summary: DeadLetterSummary;
}

interface Index {
  /** All dead letters as of now, oldest first. */
  read(): Promise<Entry[]>;
}

function createIndex({ cluster, topic, signalOf }: KafkaDeadLetterDependencies): Index {
  const entries = new Map<string, Entry>();
  let next = 0;
  let reading: Promise<unknown> = Promise.resolve();

  function apply(message: FetchedMessage): boolean {
    const key = message.key?.toString() ?? "";
    const summary = readDeadLetter(message, signalOf);
    // Taken out first: a key that comes again stands at its new place.
    entries.delete(key);
    if (summary !== null) {
      entries.set(key, { key, summary });
    }
    return true;
  }

  async function catchUp(): Promise<Entry[]> {
    const opened = await cluster();
    const [ends] = await partitionEnds(opened, topic);
    const from = Math.max(next, ends?.start ?? 0);
    next = await readPartition(opened, { topic, partition: 0, from, end: ends?.end ?? 0 }, apply);
    return [...entries.values()];
  }

  return {
    read() {
      const done = reading.catch(() => undefined).then(catchUp);
      reading = done;
      return done;
    },
  };
}

interface Found {
  readonly key: string;
  readonly letter: DeadLetter & DeadLetterSummary;
  readonly message: FetchedMessage;
}

async function find(
  { cluster, topic }: KafkaDeadLetterDependencies,
  index: Index,
  position: number,
): Promise<Found | null> {
  const entry = (await index.read()).find(({ summary }) => summary.position === position);
  if (entry === undefined) {
    return null;
  }
  let found: FetchedMessage | null = null;
  await readPartition(
    await cluster(),
    { topic, partition: 0, from: position, end: position + 1 },
    (message) => {
      found = message;
      return true;
    },
  );
  return found && { key: entry.key, letter: withBody(entry.summary, found), message: found };
}

/** Under an id of its own: a replay that is repeated takes back once. */
async function takeBack(
  { store, topic }: KafkaDeadLetterDependencies,
  { tenant, signal, position }: DeadLetter,
  message: FetchedMessage,
): Promise<void> {
  const range = { topic, partition: 0, from: position, to: position };
  await writeAccounts(store, { ...range, batchId: `${topic}-replay-${position}` }, [
    { tenant, signal, stored: 0, ...takenBack(message) },
  ]);
}
