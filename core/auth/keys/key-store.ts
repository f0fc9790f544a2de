import { existsSync } from "node:fs";
import type { RootDatabase } from "lmdb";
import { durably, openLmdb } from "../../queue/open-lmdb.ts";
import type { ManagedKey } from "./managed-key.ts";

/** The keys made while the service runs, in an LMDB file of their own, and in memory. */
export interface KeyStore {
  /** In the order in which they were made. */
  list(): readonly ManagedKey[];
  /** Rises with every change of a key. */
  readonly revision: number;
  /** Adds a key unless `conflict` names one of those there; durable when resolved. */
  add(key: ManagedKey, conflict: (other: ManagedKey) => boolean): Promise<boolean>;
  /** Changes a key in one transaction; `null` when there is none, or `change` gives `null`. */
  update(id: string, change: (key: ManagedKey) => ManagedKey | null): Promise<ManagedKey | null>;
  /** Notes that a key was used, at most once a minute. */
  used(id: string, nowUnixMs: number): void;
  /** Unix milliseconds, to the minute; `null`: never. */
  lastUsedUnixMs(id: string): number | null;
  close(): Promise<void>;
}

const usedGranularityMs = 60_000;

export function openKeyStore({ dir }: { readonly dir: string }): KeyStore {
  const root = openLmdb(dir);
  const stored = keysOf(root);
  const usedTimes = root.openDB<number, string>("used", { encoding: "json" });
  const keys = new Map<string, ManagedKey>();
  for (const { value } of stored.getRange()) {
    keys.set(value.id, value);
  }
  const lastUsed = new Map([...usedTimes.getRange()].map(({ key, value }) => [key, value]));
  let revision = 0;

  async function change(edit: () => ManagedKey | null): Promise<ManagedKey | null> {
    const changed = await durably(root, () => {
      const key = edit();
      if (key !== null) {
        void stored.put(key.id, key);
      }
      return key;
    });
    if (changed !== null) {
      keys.set(changed.id, changed);
      revision += 1;
    }
    return changed;
  }

  return {
    list: () => [...keys.values()].toSorted((a, b) => a.createdAtUnixMs - b.createdAtUnixMs),
    get revision() {
      return revision;
    },
    async add(key, conflict) {
      const added = await change(() => {
        const others = [...stored.getRange()].map(({ value }) => value);
        return others.some(conflict) ? null : key;
      });
      return added !== null;
    },
    update: (id, edit) =>
      change(() => {
        const key = stored.get(id);
        return key === undefined ? null : edit(key);
      }),
    used(id, nowUnixMs) {
      if (Math.abs(nowUnixMs - (lastUsed.get(id) ?? 0)) >= usedGranularityMs) {
        lastUsed.set(id, nowUnixMs);
        // A full disk must not fail the request; the next minute's use tries again.
        durably(root, () => void usedTimes.put(id, nowUnixMs)).catch(() => undefined);
      }
    },
    lastUsedUnixMs: (id) => lastUsed.get(id) ?? null,
    close: () => root.close(),
  };
}

function keysOf(root: RootDatabase) {
  return root.openDB<ManagedKey, string>("keys", { encoding: "json" });
}

/** Whether a key was ever made here; looks before anything is opened, and creates nothing. */
export async function holdsKeys(dir: string): Promise<boolean> {
  if (!existsSync(dir)) {
    return false;
  }
  const store = openKeyStore({ dir });
  try {
    return store.list().length > 0;
  } finally {
    await store.close();
  }
}
