import { randomBytes } from "node:crypto";
import { createListeners } from "../listeners.ts";
import type { Journal, JournalHost } from "../queue/kafka/journal.ts";
import { checkStream } from "./check-stream.ts";
import { type CommandLog, createCommandLog } from "./command-log.ts";
import { contentKey, decidedKey, fenceKey, toValue } from "./command-records.ts";
import type { CommandEvent, CommandResult, Commands, RewritesEvents } from "./commands.ts";

/** The right to append as the holder of a lease, until somebody else takes it over. */
export interface Fence {
  readonly lease: string;
  /** Position of the record that took the lease over. */
  readonly position: number;
}

/** Somebody else has taken the lease over: the append was refused, and would be for ever. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
}

export interface KafkaCommands extends Commands, RewritesEvents {
  /**
   * With a `fence`, only while nobody has taken its lease over, at the event's place in the log.
   *
   * @throws JournalError when the log cannot be written within ten seconds; the event may be, or
   * come to be, in it all the same, which only an append that expects another version can tell.
   * @throws LeaseLostError when the fence is an older one.
   */
  append(
    stream: string,
    expectedVersion: number,
    event: CommandEvent,
    options?: { readonly fence?: Fence },
  ): Promise<CommandResult>;
  /** Takes a lease over: from here on, appends with an earlier fence of it are refused. */
  takeFence(lease: string): Promise<Fence>;
}

export interface KafkaCommandsOptions {
  readonly journals: JournalHost;
  readonly topic: string;
}

/**
 * The command log of several processes: each applies the topic in its order and decides alike. An
 * event succeeds if its stream is at the expected version at the event's place in the log.
 * `read` and `readAll` see everything that was appended, by anyone, before the call.
 *
 * Closed with `journals`.
 */
export async function openKafkaCommands(options: KafkaCommandsOptions): Promise<KafkaCommands> {
  const log = createCommandLog();
  const listeners = createListeners<void>();
  const journal = await options.journals.open({
    topic: options.topic,
    from: "start",
    apply(record) {
      log.apply(record);
      listeners.notify();
    },
  });
  return {
    async append(stream, expectedVersion, event, { fence } = {}) {
      checkStream(stream);
      const { type, actor, timeUnixMs, data } = event;
      const decided = { stream, expectedVersion, type, timeUnixMs, ...(fence && { fence }) };
      return appendOne({ log, journal }, decided, { actor, data });
    },
    async takeFence(lease) {
      const { offset } = await journal.append(fenceKey(newId()), toValue({ lease }));
      return { lease, position: offset + 1 };
    },
    async read(stream) {
      await journal.sync();
      return log.read(stream);
    },
    async readAll(position, limit) {
      await journal.sync();
      return log.readAll(position, limit);
    },
    subscribe: (listener) => listeners.subscribe(listener),
    rewrite: (tenant, change) => rewrite({ log, journal }, tenant, change),
  };
}

interface Parts {
  readonly log: CommandLog;
  readonly journal: Journal;
}

async function appendOne(
  { log, journal }: Parts,
  decided: Parameters<typeof toValue>[0] & { readonly stream: string },
  content: Pick<CommandEvent, "actor" | "data">,
): Promise<CommandResult> {
  const id = newId();
  log.expect(id);
  try {
    await journal.appendAll([
      { key: decidedKey(id), value: toValue(decided) },
      { key: contentKey(id), value: toValue(content) },
    ]);
  } catch (error) {
    log.takeDecision(id);
    throw error;
  }
  const decision = log.takeDecision(id);
  if (decision?.status === "done") {
    return { status: "done", event: decision.slot.event };
  }
  void forget(journal, id);
  if (decision?.status === "conflict") {
    return decision;
  }
  throw new LeaseLostError(`another process has taken over; ${decided.stream} was not changed`);
}

/** What a refused command was about is of no use; `rewrite` removes what this does not. */
async function forget(journal: Journal, id: string): Promise<void> {
  try {
    await journal.append(contentKey(id), null);
  } catch {
    // The brokers are away.
  }
}

async function rewrite(
  { log, journal }: Parts,
  tenant: string,
  change: Parameters<RewritesEvents["rewrite"]>[1],
): Promise<number> {
  await journal.sync();
  const changed = log
    .slots()
    .filter(({ event }) => event.stream.split("/")[1] === tenant)
    .flatMap(({ id, event }) => {
      const content = change(event);
      return content === null
        ? []
        : { key: contentKey(id), value: toValue({ actor: content.actor, data: content.data }) };
    });
  const removed = log.leftovers().map((id) => ({ key: contentKey(id), value: null }));
  for (const entries of inParts([...changed, ...removed], 50)) {
    await journal.appendAll(entries);
  }
  return changed.length;
}

function inParts<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}

function newId(): string {
  return randomBytes(12).toString("base64url");
}
