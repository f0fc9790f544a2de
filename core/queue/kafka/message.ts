import type { AccountedSignal } from "../../model/telemetry.ts";
import type { QueueRecord } from "../queue.ts";
import type { FetchedMessage } from "./kafkajs-internals.ts";

/** What a record's headers say of it; bodies are protobuf, of change events JSON. */
export interface MessageFacts {
  readonly tenant: string;
  readonly receivedAtUnixMs: number;
  readonly acceptedCount: number;
  readonly rejected: Readonly<Record<string, number>>;
  /** Digest of the whole request; empty where it does not matter. */
  readonly digest: string;
}

export type MessageHeaders = Record<string, string>;

const contentTypes = { protobuf: "application/x-protobuf", json: "application/json" } as const;
const schema = "otlp/1";

export function writeHeaders(
  facts: MessageFacts,
  contentType: "protobuf" | "json",
): MessageHeaders {
  return {
    "content-type": contentTypes[contentType],
    "x-tenant": facts.tenant,
    "x-schema": schema,
    "x-received-at": String(facts.receivedAtUnixMs),
    "x-accepted": String(facts.acceptedCount),
    "x-rejected": JSON.stringify(facts.rejected),
    ...(facts.digest === "" ? {} : { "x-digest": facts.digest }),
  };
}

/** The facts of a record of ours; `null` for one that another program wrote. */
export function readHeaders(message: FetchedMessage): MessageFacts | null {
  if (textOf(message, "x-schema") !== schema) {
    return null;
  }
  const receivedAtUnixMs = Number(textOf(message, "x-received-at"));
  const acceptedCount = Number(textOf(message, "x-accepted"));
  const tenant = textOf(message, "x-tenant");
  const rejected = readCounts(textOf(message, "x-rejected"));
  const isSound =
    isCount(receivedAtUnixMs) && isCount(acceptedCount) && tenant !== "" && rejected !== null;
  return isSound
    ? { tenant, receivedAtUnixMs, acceptedCount, rejected, digest: textOf(message, "x-digest") }
    : null;
}

/** The record as the analyzer takes it; its position is the offset. */
export function toQueueRecord(
  message: FetchedMessage,
  signal: AccountedSignal,
  facts: MessageFacts,
): QueueRecord {
  const { tenant, receivedAtUnixMs, acceptedCount, rejected } = facts;
  return {
    position: Number(message.offset),
    tenant,
    signal,
    receivedAtUnixMs,
    acceptedCount,
    rejected,
    rejectedOrdinals: [],
    contentType: contentTypeOf(message),
    contentEncoding: "identity",
    body: message.value ?? Buffer.alloc(0),
  };
}

export function contentTypeOf(message: FetchedMessage): "protobuf" | "json" {
  return textOf(message, "content-type").startsWith(contentTypes.json) ? "json" : "protobuf";
}

/** A header's text; empty when it is missing. */
export function textOf({ headers }: FetchedMessage, name: string): string {
  const value = headers?.[name];
  const first = Array.isArray(value) ? value[0] : value;
  return first?.toString() ?? "";
}

/** Counts by reason as JSON; `null` for anything else. */
export function readCounts(text: string): Readonly<Record<string, number>> | null {
  if (text === "" || text === "{}") {
    return {};
  }
  try {
    const counts: unknown = JSON.parse(text);
    const isObject = typeof counts === "object" && counts !== null && !Array.isArray(counts);
    return isObject && Object.values(counts).every(isCount)
      ? (counts as Record<string, number>)
      : null;
  } catch {
    return null;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
