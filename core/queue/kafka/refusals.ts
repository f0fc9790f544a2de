import type { AccountedSignal } from "../../model/telemetry.ts";
import { addReasons } from "../accounting.ts";
import type { FetchedMessage } from "./kafkajs-internals.ts";
import { readCounts, textOf } from "./message.ts";
import type { OutgoingMessage, Sender } from "./sender.ts";

/** Records of one tenant and signal that were refused at the door, by reason. */
export interface Refusals {
  readonly tenant: string;
  readonly signal: AccountedSignal;
  readonly rejected: Readonly<Record<string, number>>;
}

const signals: readonly string[] = ["traces", "logs", "metrics", "changes"];

export function refusalsMessage({ tenant, signal, rejected }: Refusals): OutgoingMessage {
  return {
    key: null,
    value: Buffer.from(JSON.stringify(rejected)),
    headers: { "content-type": "application/json", "x-tenant": tenant, "x-signal": signal },
  };
}

/** Nothing for a record that is not of ours. */
export function readRefusals(message: FetchedMessage): Refusals[] {
  const tenant = textOf(message, "x-tenant");
  const signal = textOf(message, "x-signal");
  const rejected = readCounts(message.value?.toString() ?? "");
  return tenant !== "" && signals.includes(signal) && rejected !== null
    ? [{ tenant, signal: signal as AccountedSignal, rejected }]
    : [];
}

export interface RefusalCounter {
  count(tenant: string, signal: AccountedSignal, reason: string): void;
  /** Writes what was counted; rejects when the brokers did not take it, and keeps it then. */
  flush(): Promise<void>;
}

const flushMs = 1000;

/** Collects refusals and writes them once per second: refusing must stay cheap. */
export function createRefusalCounter(sender: Sender, topic: string): RefusalCounter {
  let waiting = new Map<string, Refusals>();
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();

  function add({ tenant, signal, rejected }: Refusals): void {
    const name = `${tenant}/${signal}`;
    const sums = addReasons(waiting.get(name)?.rejected ?? {}, rejected);
    waiting.set(name, { tenant, signal, rejected: sums });
    timer ??= setTimeout(() => void flush().catch(() => undefined), flushMs).unref();
  }

  async function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const written = [...waiting.values()];
    if (written.length === 0) {
      return;
    }
    waiting = new Map();
    try {
      await sender.send(topic, written.map(refusalsMessage));
    } catch (error) {
      written.forEach(add);
      throw error;
    }
  }

  function flush(): Promise<void> {
    flushing = flushing.catch(() => undefined).then(write);
    return flushing;
  }

  return {
    count: (tenant, signal, reason) => add({ tenant, signal, rejected: { [reason]: 1 } }),
    flush,
  };
}
