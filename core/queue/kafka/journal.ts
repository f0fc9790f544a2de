import { randomBytes } from "node:crypto";
import type { KafkaClient } from "./client.ts";
import { type FollowedLog, followLog } from "./follow-log.ts";
import { JournalError } from "./journal-error.ts";
import type { FetchedMessage } from "./kafkajs-internals.ts";
import { type LogConnection, openLogConnection } from "./log-connection.ts";
import { textOf } from "./message.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { createSender, type Sender } from "./sender.ts";
import { createSharedRead } from "./shared-read.ts";
import { within } from "./within.ts";

export interface JournalRecord {
  readonly offset: number;
  /** By the clock of the process that wrote it. */
  readonly timeUnixMs: number;
  readonly key: string;
  readonly value: Buffer | null;
}

export interface JournalEntry {
  /** Compaction keeps the last record of a key: reuse one only to replace what it stands for. */
  readonly key: string;
  readonly value: Buffer | null;
}

/** A totally ordered log that every process applies in the same order. */
export interface Journal {
  /**
   * Durable (acks of all in-sync replicas) and applied by this process when resolved; everything
   * before it was applied first.
   *
   * @throws JournalError when that takes longer than ten seconds.
   */
  append(key: string, value: Buffer | null): Promise<JournalRecord>;
  /** Appends several at neighboring offsets, all or none; the records in the same order. */
  appendAll(entries: readonly JournalEntry[]): Promise<JournalRecord[]>;
  /**
   * Applied up to what the log held at the time of the call: a linearizable read.
   *
   * @throws JournalError when the log cannot be read for ten seconds.
   */
  sync(): Promise<void>;
}

export interface JournalSpec {
  readonly topic: string;
  readonly from: "start" | { readonly unixMs: number };
  /** Called for each record in the order of the log. What it throws is logged and passed over. */
  readonly apply: (record: JournalRecord) => void;
}

/** Opens journals that share their connections for writing and for asking where logs end. */
export interface JournalHost {
  /** Resolves once everything that was in the log is applied. */
  open(spec: JournalSpec): Promise<Journal>;
  /** Reads the log afresh from its start up to its present end. */
  read(topic: string, apply: JournalSpec["apply"]): Promise<void>;
  /** Closes every journal and connection. */
  close(): Promise<void>;
}

export interface OpenJournals {
  /** By topic. */
  readonly journals: ReadonlyMap<string, Journal>;
  close(): Promise<void>;
}

/** Opens several journals; resolves once all of them have caught up. */
export async function openJournals(
  kafka: KafkaClient,
  specs: readonly JournalSpec[],
): Promise<OpenJournals> {
  const host = createJournalHost(kafka);
  try {
    const opened = await Promise.all(
      specs.map(async (spec) => [spec.topic, await host.open(spec)] as const),
    );
    return { journals: new Map(opened), close: () => host.close() };
  } catch (error) {
    await host.close();
    throw error;
  }
}

export function createJournalHost(kafka: KafkaClient): JournalHost {
  const ends = openLogConnection(kafka);
  const sender = createSender(kafka);
  const logs: FollowedLog[] = [];
  return {
    async open(spec) {
      const { journal, log, caughtUp } = await openOne({ kafka, ends, sender }, spec);
      logs.push(log);
      await caughtUp();
      return journal;
    },
    async read(topic, apply) {
      const { log, caughtUp } = await openOne(
        { kafka, ends, sender },
        { topic, from: "start", apply },
      );
      try {
        await caughtUp();
      } finally {
        await log.close();
      }
    },
    async close() {
      const closing = [...logs.map((log) => log.close()), ends.close(), sender.close()];
      try {
        await within("the connections of the journals to end", Promise.all(closing));
      } catch (err) {
        // Those to brokers that are away may be busy for longer than anybody should wait.
        kafka.logger.warn({ err }, "The connections of the journals did not end well");
      }
    },
  };
}

interface Shared {
  readonly kafka: KafkaClient;
  readonly ends: LogConnection;
  readonly sender: Sender;
}

interface Opened {
  readonly journal: Journal;
  readonly log: FollowedLog;
  /** Like `sync`, but takes as long as it goes on. */
  readonly caughtUp: () => Promise<void>;
}

type ReadBack = (record: JournalRecord) => void;

async function openOne(shared: Shared, spec: JournalSpec): Promise<Opened> {
  const { kafka, ends, sender } = shared;
  const { topic, from } = spec;
  const readBack = new Map<string, ReadBack>();
  const log = followLog({
    // Of its own: a broker answers the requests of a connection one after the other, and a read
    // waits for the next record.
    connection: openLogConnection(kafka),
    topic,
    from: from === "start" ? await ends.start(topic) : await ends.at(topic, from.unixMs),
    take(message) {
      const record = toRecord(message);
      applySafely(kafka, spec, record);
      readBack.get(textOf(message, idHeader))?.(record);
    },
    onProblem: (err) => kafka.logger.warn({ err, topic }, "A journal could not be read"),
  });
  const end = createSharedRead(() => ends.end(topic));
  const appendAll = createAppend(readBack, createOutbox(sender, topic), topic);
  const journal: Journal = {
    appendAll,
    async append(key, value) {
      const [record] = await appendAll([{ key, value }]);
      return requireRecord(record);
    },
    sync: () =>
      within(
        `topic ${topic} to be read`,
        end().then((offset) => log.reached(offset)),
      ),
  };
  return { log, journal, caughtUp: async () => log.reached(await end()) };
}

function applySafely({ logger }: KafkaClient, spec: JournalSpec, record: JournalRecord): void {
  try {
    spec.apply(record);
  } catch (err) {
    const { topic } = spec;
    logger.error({ err, topic, offset: record.offset }, "A journal's record could not be applied");
  }
}

const idHeader = "x-id";

function createAppend(
  readBack: Map<string, ReadBack>,
  outbox: Outbox,
  topic: string,
): Journal["appendAll"] {
  return async (entries) => {
    const ids = entries.map(() => randomBytes(12).toString("base64url"));
    const read = ids.map((id) => {
      const { promise, resolve } = Promise.withResolvers<JournalRecord>();
      readBack.set(id, resolve);
      return promise;
    });
    const messages = entries.map(({ key, value }, index) => ({
      key,
      value,
      headers: { [idHeader]: ids[index] ?? "" },
    }));
    const outgoing = outbox.put(messages);
    try {
      // Whichever comes first: a record that was read is durable, whatever became of the answer.
      return await within(
        `topic ${topic} to take a record`,
        Promise.race([Promise.all(read), outgoing.failed]),
      );
    } catch (cause) {
      const mayBeWritten = !outgoing.cancel();
      throw new JournalError(`topic ${topic} cannot be written at present`, {
        mayBeWritten,
        cause,
      });
    } finally {
      ids.forEach((id) => readBack.delete(id));
    }
  };
}

function toRecord({ offset, timestamp, key, value }: FetchedMessage): JournalRecord {
  return {
    offset: Number(offset),
    timeUnixMs: Number(timestamp),
    key: key?.toString() ?? "",
    value,
  };
}

function requireRecord(record: JournalRecord | undefined): JournalRecord {
  if (record === undefined) {
    throw new Error("expected one record, got none");
  }
  return record;
}
