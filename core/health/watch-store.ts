import type { Store } from "../store/store.ts";
import { type StoreError, toStoreError } from "../store/store-error.ts";

export interface WatchedStore extends Store {
  /** How long the oldest open insert has been waiting, in milliseconds; 0 for none. */
  waitingMs(): number;
  /** What kept the newest insert into some table out, until one into it succeeds again. */
  failure(): string | null;
}

/** What fails and is not repeated for so long was given up; it says nothing of now. */
const forgottenMs = 60_000;

/** The same store, with a note of inserts that are open and of those the store refused. */
export function watchStore(store: Store): WatchedStore {
  const open = new Set<{ readonly sinceMs: number }>();
  const failures = new Map<string, { readonly reason: string; readonly atMs: number }>();

  return {
    query: (sql, params) => store.query(sql, params),
    command: (sql, params) => store.command(sql, params),
    async insert(table, rows, options) {
      const entry = { sinceMs: performance.now() };
      open.add(entry);
      try {
        await store.insert(table, rows, options);
        failures.delete(table);
      } catch (error) {
        const failure = toStoreError(error);
        if (failure.retryable) {
          failures.set(table, { reason: describe(failure), atMs: performance.now() });
        }
        throw error;
      } finally {
        open.delete(entry);
      }
    },
    waitingMs() {
      const [oldest] = open;
      return oldest === undefined ? 0 : performance.now() - oldest.sinceMs;
    },
    failure() {
      for (const [table, { reason, atMs }] of failures) {
        if (performance.now() - atMs < forgottenMs) {
          return reason;
        }
        failures.delete(table);
      }
      return null;
    },
  };
}

/** The name of the error, of ClickHouse or of the system: its message may quote data. */
function describe({ code, type, message }: StoreError): string {
  return type || (code && `error ${code}`) || (/^E[A-Z]+/.exec(message)?.[0] ?? "unknown error");
}
