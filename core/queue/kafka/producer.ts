import type { AccountedSignal } from "../../model/telemetry.ts";
import type { Store } from "../../store/store.ts";
import { addReasons, sumReasons } from "../accounting.ts";
import {
  type AccountingRow,
  type AppendOptions,
  type NewQueueRecord,
  QueueFullError,
  type QueueProducer,
} from "../queue.ts";
import { AccountSums, readAccounts } from "./accounts.ts";
import type { LagWatch } from "./lag.ts";
import { writeHeaders } from "./message.ts";
import { createRefusalCounter, refusalsMessage } from "./refusals.ts";
import { type OutgoingMessage, SendError, type Sender } from "./sender.ts";
import { telemetryBody } from "./telemetry-body.ts";
import { signalTopics, type TopicNames } from "./topic-names.ts";
import { maxValueBytes } from "./topic-plan.ts";
import type { WaitingCounts } from "./waiting-counts.ts";

export interface KafkaProducerDependencies {
  readonly sender: Sender;
  readonly names: TopicNames;
  readonly lag: LagWatch;
  /** Holds the accounting. */
  readonly store: Store;
  readonly waiting: WaitingCounts;
  /** Of a request after decompression. */
  readonly maxBodyBytes: number;
  /** Claims unique names for their owners; returns those that belong to others. */
  readonly claimNames: (claims: NonNullable<AppendOptions["claims"]>) => Promise<readonly string[]>;
}

export interface KafkaProducer extends QueueProducer {
  /** Writes down the refusals counted since the last second. */
  flushRefused(): Promise<void>;
}

const nothing: OutgoingMessage = { key: null, value: Buffer.from("{}"), headers: {} };

/** How long the brokers may take to answer a check. */
const checkMs = 3000;

/** The collector's side of the queue: a request is acknowledged by all in-sync replicas. */
export function createKafkaProducer(dependencies: KafkaProducerDependencies): KafkaProducer {
  const { sender, names, lag, store, waiting } = dependencies;
  const refusals = createRefusalCounter(sender, names.refusals);
  return {
    async append(record, options = {}) {
      requireRoom(lag);
      const taken =
        options.claims === undefined ? [] : await dependencies.claimNames(options.claims);
      if (taken.length > 0) {
        return { status: "conflict", keys: taken };
      }
      return { status: "queued", position: await write(dependencies, record, options) };
    },
    countRefused: (tenant, signal, reason) => refusals.count(tenant, signal, reason),
    flushRefused: () => refusals.flush(),
    async accounting(tenant) {
      await refusals.flush();
      const { accounts, next } = await readAccounts(store);
      const sums = new AccountSums();
      for (const account of [...accounts, ...(await waiting.read(next))]) {
        sums.add(account, account);
      }
      return sums
        .rows()
        .filter((row) => tenant === undefined || row.tenant === tenant)
        .map(toAccountingRow);
    },
    stats: () => lag.stats(),
    async check() {
      const unreachable = await lag.reach(checkMs);
      if (unreachable !== null) {
        throw new SendError(`the brokers cannot be reached: ${unreachable.message}`, {
          cause: unreachable,
        });
      }
      if (sender.failure() !== null) {
        // Reading works; whether writing does again, only a record that says nothing can tell.
        await sender.send(names.refusals, [nothing]);
      }
    },
  };
}

/** @throws QueueFullError when too much waits already. */
export function requireRoom(lag: LagWatch): void {
  const { fileBytes, limitBytes } = lag.stats();
  if (fileBytes > limitBytes) {
    throw new QueueFullError(fileBytes, limitBytes);
  }
}

async function write(
  dependencies: KafkaProducerDependencies,
  record: NewQueueRecord,
  options: AppendOptions,
): Promise<number> {
  const { sender, names, lag } = dependencies;
  const { signal, tenant } = record;
  const { messages, rejected } = await toMessages(dependencies, record, options);
  if (messages.length === 0) {
    // Nothing of it is to be stored: it is only counted, as durably.
    return sender.send(names.refusals, [refusalsMessage({ tenant, signal, rejected })]);
  }
  const position = await sender.send(signalTopics(names)[signal], messages);
  const bytes = messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
  lag.noteWritten(messages.length, bytes, record.acceptedCount);
  return position;
}

interface Messages {
  readonly messages: readonly OutgoingMessage[];
  readonly rejected: Readonly<Record<string, number>>;
}

/** One message for each part of the body; the first carries the refusals of the request. */
async function toMessages(
  { maxBodyBytes }: KafkaProducerDependencies,
  record: NewQueueRecord,
  { dedupDigest = "" }: AppendOptions,
): Promise<Messages> {
  const { tenant, signal, receivedAtUnixMs } = record;
  if (record.acceptedCount === 0) {
    return { messages: [], rejected: record.rejected };
  }
  const { parts, tooLarge } =
    signal === "changes"
      ? { parts: [{ value: Buffer.from(record.body), count: record.acceptedCount }], tooLarge: 0 }
      : await telemetryBody(signal, record, { maxBodyBytes, maxValueBytes });
  const tooLargeCount = tooLarge === 0 ? {} : { too_large: tooLarge };
  const rejected = addReasons(record.rejected, tooLargeCount);
  const messages = parts.map(({ value, count }, index) => {
    const digest = digestOfPart(dedupDigest, index);
    const facts = {
      tenant,
      receivedAtUnixMs,
      acceptedCount: count,
      rejected: index === 0 ? rejected : {},
      digest,
    };
    const contentType = signal === "changes" ? ("json" as const) : ("protobuf" as const);
    return {
      key: digest === "" ? null : digest,
      value,
      headers: writeHeaders(facts, contentType),
      timestamp: receivedAtUnixMs,
    };
  });
  return { messages, rejected };
}

/** The parts of a divided request have their own; the same request is divided the same way. */
function digestOfPart(digest: string, index: number): string {
  return digest === "" || index === 0 ? digest : `${digest}-${index}`;
}

function toAccountingRow({
  received,
  stored,
  rejected,
  deadLettered,
  ...of
}: {
  readonly tenant: string;
  readonly signal: AccountedSignal;
  readonly received: number;
  readonly stored: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly deadLettered: number;
}): AccountingRow {
  const inFlight = received - stored - sumReasons(rejected) - deadLettered;
  return { ...of, received, stored, rejected, deadLettered, inFlight };
}
