import { awaitMutations } from "../retention/await-mutations.ts";
import type { Store } from "../store/store.ts";
import type { OwnedRuns } from "./owned-runs.ts";
import type { Subject } from "./subject.ts";

const targets = { session: "sessions", trace: "traces", span: "spans" } as const;

/**
 * Writes down which runs are to go before any row goes: a killed erasure would not find them
 * again once the rows that name the person are gone. Returns them with those of such a one.
 */
export async function rememberRuns(
  stores: { readonly reads: Store; readonly writes: Store },
  subject: Subject,
  runs: OwnedRuns,
): Promise<OwnedRuns> {
  for (const [target, of] of Object.entries(targets)) {
    // A session that is itself the subject is found without, and its id is not to be kept.
    const values = runs[of].filter((run) => run !== subject.id);
    await noteValues(stores.writes, subject, target, values);
  }
  const noted = await stores.reads.query<{ target: keyof typeof targets; value: string }>(
    `SELECT DISTINCT Target AS target, Value AS value FROM erasure_scope
    WHERE Tenant = {tenant:String} AND Person = {person:String} AND Target IN ('session', 'trace', 'span')`,
    { tenant: subject.tenant, person: subject.pseudonym },
  );
  function union(target: keyof typeof targets): string[] {
    const known = noted.filter((row) => row.target === target).map(({ value }) => value);
    return [...new Set([...runs[targets[target]], ...known])];
  }
  return { sessions: union("session"), traces: union("trace"), spans: union("span") };
}

export async function noteValues(
  writes: Store,
  { tenant, pseudonym }: Subject,
  target: string,
  values: readonly string[],
): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const rows = values.map((value) => ({
    Tenant: tenant,
    Person: pseudonym,
    Target: target,
    Value: value,
    NotedAt: now,
  }));
  if (rows.length > 0) {
    await writes.insert("erasure_scope", rows);
  }
}

export async function forgetScope(
  stores: { readonly reads: Store; readonly writes: Store },
  { tenant, pseudonym }: Subject,
): Promise<void> {
  await stores.writes.command(
    `ALTER TABLE erasure_scope DELETE WHERE Tenant = {tenant:String} AND Person = {person:String}
    SETTINGS mutations_sync = 0`,
    { tenant, person: pseudonym },
  );
  await awaitMutations(stores, "erasure_scope");
}
