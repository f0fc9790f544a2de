import { setTimeout as sleep } from "node:timers/promises";
import type { Audit } from "../audit/audit.ts";
import type { Clock } from "../clock.ts";
import type { RewritesEvents } from "../commands/commands.ts";
import type { DeadLetters } from "../queue/dead-letters.ts";
import type { QueueProducer } from "../queue/queue.ts";
import { dropEmptyParts } from "../store/drop-empty-parts.ts";
import { countRows, deleteRows, type ErasureStores } from "./delete-rows.ts";
import { deletedTables, rewrittenTables } from "./erasable-tables.ts";
import { eraseDeadLetters, findDeadLetters } from "./erase-dead-letters.ts";
import { forgetScope, rememberRuns } from "./erasure-scope.ts";
import { findOwnedRuns, type OwnedRuns } from "./owned-runs.ts";
import type { SubjectKind } from "./person-attributes.ts";
import { removingOldParts } from "./remove-old-parts.ts";
import { countEvents, rewriteEvents } from "./rewrite-events.ts";
import { countMentions, rewriteRows } from "./rewrite-rows.ts";
import { isMentioned, type Subject } from "./subject.ts";

export interface ErasureDependencies {
  readonly store: ErasureStores;
  readonly queue: Pick<QueueProducer, "stats">;
  readonly deadLetters: DeadLetters;
  readonly commands: RewritesEvents;
  readonly audit: Audit;
  readonly clock: Clock;
  /** Whatever else keeps texts by tenant. */
  readonly textStores: readonly TextStore[];
}

/** A place outside the store that keeps texts of a tenant. */
export interface TextStore {
  readonly place: string;
  /** Removes the texts that pass the test; returns how many. */
  eraseWhere(tenant: string, test: (text: string) => boolean): Promise<number>;
}

export interface ErasureRequest {
  readonly tenant: string;
  /** Who asks. */
  readonly actor: string;
  readonly id: string;
  readonly kind?: SubjectKind | undefined;
  readonly matchText: boolean;
  /** How long to wait for records that were received before, and for old files to go. */
  readonly patienceMs: number;
}

/** What one place held and holds of the subject. */
export interface ErasedPlace {
  readonly place: string;
  readonly action: "deleted" | "rewritten";
  readonly before: number;
  readonly after: number;
}

export interface ErasureReport {
  /** What stands where the id stood. */
  readonly pseudonym: string;
  readonly places: readonly ErasedPlace[];
  /** Files of replaced data that could not be removed yet; they go on their own. */
  readonly oldParts: number;
  /** Records received before that were still waiting; they may hold the id. */
  readonly waiting: number;
  /** Nothing is left anywhere, and nothing was waiting. */
  readonly complete: boolean;
}

/**
 * Removes one person from everything that is stored about a tenant. What leads to other rows goes
 * last, so that an erasure that was killed can be repeated; repeating one is harmless.
 */
export async function eraseSubject(
  dependencies: ErasureDependencies,
  request: ErasureRequest,
): Promise<ErasureReport> {
  const { audit, store } = dependencies;
  const { tenant, id, kind, matchText, patienceMs } = request;
  const pseudonym = `erased:${audit.pseudonym(id)}`;
  const subject: Subject = { tenant, id, kind, matchText, pseudonym };
  const tables = [...deletedTables, ...rewrittenTables].map(({ table }) => table);
  const waiting = await awaitQueue(dependencies, patienceMs);
  await dropEmptyParts(store, tables);
  const runs = await rememberRuns(store, subject, await findOwnedRuns(store.reads, subject));
  const places = placesOf(dependencies, subject, runs);
  const before = await countAll(places);
  const touched = tables.filter((table) => (before.get(table) ?? 0) > 0);
  const oldParts = await removingOldParts(store, touched, patienceMs, async () => {
    for (const each of places) {
      if ((before.get(each.place) ?? 0) > 0) {
        await each.erase();
      }
    }
  });
  const after = await countAll(places);
  const rows = places.map(({ place, action }) => ({
    place,
    action,
    before: before.get(place) ?? 0,
    after: after.get(place) ?? 0,
  }));
  const isEmpty = rows.every((row) => row.after === 0);
  if (isEmpty) {
    await forgetScope(store, subject);
  }
  const report = { pseudonym, places: rows, oldParts, waiting, complete: isEmpty && waiting === 0 };
  await note(dependencies, request, report);
  return report;
}

/** Waits until everything that was received before now is stored; what still waits is returned. */
async function awaitQueue(
  { queue, clock, store }: ErasureDependencies,
  patienceMs: number,
): Promise<number> {
  const asked = clock.now();
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const { oldestWaitingUnixMs, recordsWaiting } = queue.stats();
    if (oldestWaitingUnixMs === null || oldestWaitingUnixMs > asked) {
      return 0;
    }
    if (performance.now() >= deadline) {
      return recordsWaiting;
    }
    await sleep(100, undefined, { signal: store.signal });
  }
}

interface Place {
  readonly place: string;
  readonly action: ErasedPlace["action"];
  count(): Promise<number>;
  erase(): Promise<unknown>;
}

/** Everywhere a person may be, in the order in which it is emptied. */
function placesOf(
  { store, deadLetters, commands, audit, textStores }: ErasureDependencies,
  subject: Subject,
  runs: OwnedRuns,
): Place[] {
  function isMentionedIn(text: string): boolean {
    return isMentioned(subject, text);
  }
  const person = { tenant: subject.tenant, name: subject.id, isMentioned: isMentionedIn };
  return [
    {
      place: "dead_letters",
      action: "deleted",
      count: async () => (await findDeadLetters(deadLetters, subject)).length,
      erase: () => eraseDeadLetters(deadLetters, subject),
    },
    ...textStores.map((texts) => ({
      place: texts.place,
      action: "deleted" as const,
      count: () => countTexts(texts, subject),
      erase: () => texts.eraseWhere(subject.tenant, isMentionedIn),
    })),
    {
      // Before their projections in the store, which would otherwise be written again.
      place: "commands",
      action: "rewritten",
      count: () => countEvents(commands, subject),
      erase: () => rewriteEvents(commands, subject),
    },
    ...rewrittenTables.map((table) => ({
      place: table.table,
      action: "rewritten" as const,
      count: () => countMentions(store.reads, table, subject, runs),
      erase: () => rewriteRows(store, table, subject, runs),
    })),
    ...deletedTables.map((table) => ({
      place: table.table,
      action: "deleted" as const,
      count: () => countRows(store.reads, table, subject, runs),
      erase: () => deleteRows(store, table, subject, runs),
    })),
    {
      place: "audit",
      action: "deleted",
      count: () => audit.countPerson(person),
      erase: () => audit.erasePerson(person),
    },
  ];
}

async function countTexts(texts: TextStore, subject: Subject): Promise<number> {
  let count = 0;
  await texts.eraseWhere(subject.tenant, (text) => {
    count += isMentioned(subject, text) ? 1 : 0;
    return false;
  });
  return count;
}

async function countAll(places: readonly Place[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const each of places) {
    counts.set(each.place, await each.count());
  }
  return counts;
}

/** The entry names nobody but the one who asked. */
async function note(
  { audit }: ErasureDependencies,
  { actor, tenant, id, kind, matchText }: ErasureRequest,
  { pseudonym, places, complete }: ErasureReport,
): Promise<void> {
  await audit.append({
    // Whoever erases themselves would otherwise leave the name behind.
    actor: actor === id ? pseudonym : actor,
    action: "erase",
    subject: `erasure/${tenant}/${pseudonym}`,
    data: {
      kind: kind ?? "all",
      matchText,
      complete,
      removed: Object.fromEntries(places.map(({ place, before }) => [place, before])),
    },
  });
}
