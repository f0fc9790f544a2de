import { setTimeout as sleep } from "node:timers/promises";
import { dropEmptyParts } from "../store/drop-empty-parts.ts";
import type { Store } from "../store/store.ts";

const unfinished = `
  SELECT latest_fail_reason AS problem FROM system.mutations
  WHERE database = currentDatabase() AND table = {table:String} AND NOT is_done`;

const pollMs = 50;
const patienceMs = 30 * 60_000;

/**
 * Resolves once no mutation of the table is open. Waiting here instead of in the statement leaves
 * the connection that writes to the inserts.
 *
 * @throws Error when a mutation keeps failing, or after half an hour.
 */
export async function awaitMutations(
  { reads, writes }: { readonly reads: Store; readonly writes: Store },
  table: string,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const open = await reads.query<{ problem: string }>(unfinished, { table });
    if (open.length === 0) {
      await dropEmptyParts({ reads, writes }, [table]);
      return;
    }
    const problem = open.find((mutation) => mutation.problem !== "")?.problem;
    if (problem !== undefined || performance.now() > deadline) {
      throw new Error(`rows of ${table} could not be removed: ${problem ?? "it takes too long"}`);
    }
    await sleep(pollMs, undefined, { signal });
  }
}
