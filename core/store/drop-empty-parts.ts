import type { Store } from "./store.ts";
import { StoreError } from "./store-error.ts";

const emptyParts = `
  SELECT table, name FROM system.parts
  WHERE database = currentDatabase() AND has({tables:Array(String)}, table) AND active
    AND rows = 0`;

const noSuchPart = "232";

/**
 * Drops parts whose last row was deleted. ClickHouse 26.7 fails on them ("Cannot read all data")
 * when a query reads one key, or the keys, of a map; by itself it drops them only later.
 */
export async function dropEmptyParts(
  { reads, writes }: { readonly reads: Store; readonly writes: Store },
  tables: readonly string[],
): Promise<void> {
  const parts = await reads.query<{ table: string; name: string }>(emptyParts, { tables });
  for (const { table, name } of parts) {
    // Both names come from the server's own catalog, and identifiers cannot be parameters.
    await writes.command(`ALTER TABLE ${table} DROP PART '${name}'`).catch((error: unknown) => {
      if (!(error instanceof StoreError) || error.code !== noSuchPart) {
        throw error;
      }
    });
  }
}
