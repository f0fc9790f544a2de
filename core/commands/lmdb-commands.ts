import type { Database, RootDatabase } from "lmdb";
import { durably, openLmdb } from "../queue/open-lmdb.ts";
import { openWakeChannel } from "../queue/wake-channel.ts";
import { checkStream } from "./check-stream.ts";
import type {
  CommandEvent,
  CommandResult,
  Commands,
  RewritesEvents,
  StoredEvent,
} from "./commands.ts";

interface CommandTables {
  readonly root: RootDatabase;
  /** Position in the whole log → event. */
  readonly events: Database<StoredEvent, number>;
  /** Stream and version → position. */
  readonly versions: Database<number, [string, number]>;
}

export interface LmdbCommands extends Commands, RewritesEvents {
  close(): Promise<void>;
}

/**
 * The embedded command log. One `append` is one LMDB transaction, so of two writers that expect
 * the same version exactly one succeeds, whichever threads they run in.
 */
export function openLmdbCommands({ dir }: { dir: string }): LmdbCommands {
  const root = openLmdb(dir);
  const tables: CommandTables = {
    root,
    events: root.openDB("events", { encoding: "json" }),
    versions: root.openDB("versions", { encoding: "json" }),
  };
  const wake = openWakeChannel(dir);
  return {
    async append(stream, expectedVersion, event) {
      checkStream(stream);
      const result = await durably(root, () => appendNow(tables, stream, expectedVersion, event));
      if (result.status === "done") {
        wake.notify();
      }
      return result;
    },
    async read(stream) {
      root.resetReadTxn();
      const range = tables.versions.getRange({ start: [stream, 0], end: [stream, Infinity] });
      return [...range].map(({ value }) => requireEvent(tables, value));
    },
    async readAll(position, limit) {
      root.resetReadTxn();
      return [...tables.events.getRange({ start: position + 1, limit })].map(({ value }) => value);
    },
    subscribe: (listener) => wake.subscribe(listener),
    rewrite: (tenant, change) => root.childTransaction(() => rewriteNow(tables, tenant, change)),
    async close() {
      wake.close();
      await root.close();
    },
  };
}

function appendNow(
  tables: CommandTables,
  stream: string,
  expectedVersion: number,
  event: CommandEvent,
): CommandResult {
  const currentVersion = versionOf(tables, stream);
  if (currentVersion !== expectedVersion) {
    return { status: "conflict", currentVersion };
  }
  const { type, actor, timeUnixMs, data } = event;
  const version = currentVersion + 1;
  const position = lastPosition(tables) + 1;
  const stored: StoredEvent = { stream, version, position, type, actor, timeUnixMs, data };
  void tables.events.put(position, stored);
  void tables.versions.put([stream, version], position);
  return { status: "done", event: stored };
}

function rewriteNow(
  { events }: CommandTables,
  tenant: string,
  change: Parameters<RewritesEvents["rewrite"]>[1],
): number {
  const own = [...events.getRange()].filter(({ value }) => value.stream.split("/")[1] === tenant);
  let rewritten = 0;
  for (const { key, value } of own) {
    const changed = change(value);
    if (changed !== null) {
      void events.put(key, { ...value, ...changed });
      rewritten += 1;
    }
  }
  return rewritten;
}

function versionOf({ versions }: CommandTables, stream: string): number {
  const newest = versions.getKeys({
    start: [stream, Infinity],
    end: [stream, 0],
    reverse: true,
    limit: 1,
  });
  return [...newest][0]?.[1] ?? 0;
}

function lastPosition({ events }: CommandTables): number {
  return [...events.getKeys({ reverse: true, limit: 1 })][0] ?? 0;
}

function requireEvent({ events }: CommandTables, position: number): StoredEvent {
  const event = events.get(position);
  if (event === undefined) {
    throw new Error(`the command log has no event at position ${position}, though a stream does`);
  }
  return event;
}
