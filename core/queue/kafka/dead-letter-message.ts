import type { AccountedSignal } from "../../model/telemetry.ts";
import { sumReasons } from "../accounting.ts";
import type { DeadLetterSummary } from "../dead-letters.ts";
import type { DeadLetter } from "../queue.ts";
import { foreignTenant } from "./batch-content.ts";
import type { FetchedMessage } from "./kafkajs-internals.ts";
import { contentTypeOf, readCounts, readHeaders, textOf } from "./message.ts";
import type { OutgoingMessage } from "./sender.ts";

export interface DeadLetterFacts {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly failedAtUnixMs: number;
  /** Records that count as dead-lettered. */
  readonly records: number;
  /** Refusals that are counted again when it is replayed. */
  readonly rejected: Readonly<Record<string, number>>;
}

const maxReasonLength = 2000;

/**
 * A record as it is kept among the dead letters: the same value and headers, with ours about the
 * failure. The key is the record's place, so that burying it twice keeps one, and dropping it
 * removes its bytes; its own key is in a header.
 */
export function deadLetterMessage(
  message: FetchedMessage,
  facts: DeadLetterFacts,
): OutgoingMessage {
  return {
    key: deadLetterKey(facts),
    value: message.value ?? Buffer.alloc(0),
    timestamp: Number(message.timestamp),
    headers: {
      ...ownHeaders(message),
      "x-dlq-reason": facts.reason.slice(0, maxReasonLength),
      "x-dlq-topic": facts.topic,
      "x-dlq-partition": String(facts.partition),
      "x-dlq-offset": String(facts.offset),
      "x-dlq-first-failed-at": String(facts.failedAtUnixMs),
      "x-dlq-records": String(facts.records),
      "x-dlq-rejected": JSON.stringify(facts.rejected),
      ...(message.key === null ? {} : { "x-dlq-key": message.key.toString("base64") }),
    },
  };
}

export function deadLetterKey({
  topic,
  partition,
  offset,
}: Pick<DeadLetterFacts, "topic" | "partition" | "offset">): string {
  return `${topic}/${partition}/${offset}`;
}

/** Removes a dead letter, for good once the topic was compacted. */
export function tombstone(key: string): OutgoingMessage {
  return { key, value: null, headers: {} };
}

/** The record as it was, to be queued again; what was rejected of it is counted already. */
export function replayMessage(message: FetchedMessage): OutgoingMessage {
  const headers = Object.fromEntries(
    Object.entries(ownHeaders(message)).filter(([name]) => !name.startsWith("x-dlq-")),
  );
  const key = textOf(message, "x-dlq-key");
  return {
    key: key === "" ? null : Buffer.from(key, "base64"),
    value: message.value,
    timestamp: Number(message.timestamp),
    headers: "x-rejected" in headers ? { ...headers, "x-rejected": "{}" } : headers,
  };
}

/** A dead letter without its body; `null` for a record that is none. */
export function readDeadLetter(
  message: FetchedMessage,
  signalOf: (topic: string) => AccountedSignal | null,
): DeadLetterSummary | null {
  const signal = signalOf(textOf(message, "x-dlq-topic"));
  if (message.value === null || signal === null) {
    return null;
  }
  const facts = readHeaders(message);
  return {
    position: Number(message.offset),
    tenant: facts?.tenant ?? foreignTenant,
    signal,
    receivedAtUnixMs: facts?.receivedAtUnixMs ?? Number(message.timestamp),
    acceptedCount: Number(textOf(message, "x-dlq-records")) || 0,
    rejectedOrdinals: [],
    rejected: facts?.rejected ?? {},
    contentType: contentTypeOf(message),
    contentEncoding: "identity",
    bodyBytes: message.value.length,
    reason: textOf(message, "x-dlq-reason"),
    failedAtUnixMs: Number(textOf(message, "x-dlq-first-failed-at")) || 0,
  };
}

export function withBody(
  summary: DeadLetterSummary,
  message: FetchedMessage,
): DeadLetter & DeadLetterSummary {
  return { ...summary, body: message.value ?? Buffer.alloc(0) };
}

/** What a replay takes back, because it will be counted again. */
export function takenBack(message: FetchedMessage): {
  received: number;
  rejected: Record<string, number>;
  deadLettered: number;
} {
  const records = Number(textOf(message, "x-dlq-records")) || 0;
  const rejected = readCounts(textOf(message, "x-dlq-rejected")) ?? {};
  return {
    received: -records - sumReasons(rejected),
    rejected: Object.fromEntries(Object.entries(rejected).map(([name, count]) => [name, -count])),
    deadLettered: -records,
  };
}

function ownHeaders({ headers = {} }: FetchedMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      String((Array.isArray(value) ? value[0] : value) ?? ""),
    ]),
  );
}
