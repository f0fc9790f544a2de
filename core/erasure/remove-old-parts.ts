import { setTimeout as sleep } from "node:timers/promises";
import { oldPartsLifetime } from "../store/migration-template.ts";
import type { ErasureStores } from "./delete-rows.ts";

const oldParts = `
  SELECT concat(table, '/', name) AS part FROM system.parts
  WHERE database = currentDatabase() AND has({tables:Array(String)}, table) AND NOT active`;

const pollMs = 500;

/**
 * Lets the parts that a mutation replaced go at once instead of a minute later, while `work` runs
 * and until they are gone.
 *
 * @returns how many were still there after `patienceMs`; ClickHouse removes them when it can.
 */
export async function removingOldParts(
  stores: ErasureStores,
  tables: readonly string[],
  patienceMs: number,
  work: () => Promise<void>,
): Promise<number> {
  async function setAll(setting: string): Promise<void> {
    for (const table of tables) {
      await stores.writes.command(`ALTER TABLE ${table} MODIFY SETTING ${setting}`);
    }
  }
  await setAll("old_parts_lifetime = 0");
  try {
    await work();
    return await waitForRemoval(stores, tables, patienceMs);
  } finally {
    await setAll(oldPartsLifetime);
  }
}

/** Waits for those that are there now; merges of new data make others all the time. */
async function waitForRemoval(
  { reads, signal }: ErasureStores,
  tables: readonly string[],
  patienceMs: number,
): Promise<number> {
  async function list(): Promise<string[]> {
    const rows = await reads.query<{ part: string }>(oldParts, { tables });
    return rows.map(({ part }) => part);
  }
  const deadline = performance.now() + patienceMs;
  const pending = new Set(await list());
  while (pending.size > 0 && performance.now() < deadline) {
    await sleep(pollMs, undefined, { signal });
    const present = new Set(await list());
    for (const part of pending) {
      if (!present.has(part)) {
        pending.delete(part);
      }
    }
  }
  return pending.size;
}
