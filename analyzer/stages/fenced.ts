import type { Commands } from "../../core/commands/commands.ts";
import type { Fence, KafkaCommands } from "../../core/commands/kafka-commands.ts";
import type { LogTerm } from "../../core/queue/shared-log.ts";
import type { Store } from "../../core/store/store.ts";

/** Another process may lead by now: what this one knows is out of date. */
export class TermOverError extends Error {
  override readonly name = "TermOverError";
}

/** The store for as long as a term lasts: afterwards nothing is written any more. */
export function fencedStore(store: Store, term: Pick<LogTerm, "isHeld">): Store {
  return {
    query: (sql, params) => store.query(sql, params),
    async command(sql, params) {
      assertHeld(term);
      await store.command(sql, params);
    },
    async insert(table, rows, options) {
      assertHeld(term);
      await store.insert(table, rows, options);
    },
  };
}

/** Commands that other processes append to as well; see core/commands/kafka-commands.ts. */
export type FencedCommands = Pick<KafkaCommands, "read" | "readAll" | "subscribe" | "append">;

/** The commands for as long as nobody else has taken the fence. */
export function fencedCommands(
  commands: FencedCommands,
  term: Pick<LogTerm, "isHeld">,
  fence: Fence,
): Commands {
  return {
    read: (stream) => commands.read(stream),
    readAll: (position, limit) => commands.readAll(position, limit),
    subscribe: (listener) => commands.subscribe(listener),
    async append(stream, expectedVersion, event) {
      assertHeld(term);
      return commands.append(stream, expectedVersion, event, { fence });
    },
  };
}

function assertHeld({ isHeld }: Pick<LogTerm, "isHeld">): void {
  if (!isHeld()) {
    throw new TermOverError("expected to lead the stages; another process may do so by now");
  }
}
