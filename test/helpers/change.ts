import { changeRow } from "../../analyzer/ingest/change-row.ts";
import type { Change } from "../../core/model/change.ts";
import { createChange } from "../../core/model/create-change.ts";
import type { Store } from "../../core/store/store.ts";

/** A change without content; parts replace its fields. */
export function makeChange(parts: Partial<Change> = {}): Change {
  return createChange({
    tenant: "default",
    changeId: "change",
    kind: "deployment",
    timeUnixMs: Date.parse("2026-11-20T08:00:00Z"),
    source: "native",
    ...parts,
  });
}

/** Inserts changes as the analyzer does. */
export async function insertChanges(store: Store, changes: readonly Change[]): Promise<void> {
  const batch = { id: "test", receivedAtUnixMs: 1_700_000_000_000, revision: 1 };
  await store.insert(
    "changes",
    changes.map((change) => changeRow(change, batch)),
  );
}
