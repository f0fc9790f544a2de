import type { Store } from "../store/store.ts";
import { deleteHashed, type ErasureStores, type HashedRow, hashOf } from "./delete-rows.ts";
import type { RewrittenTable } from "./erasable-tables.ts";
import type { OwnedRuns } from "./owned-runs.ts";
import { looksInTexts, replaceAuthor, replaceMentions, type Subject } from "./subject.ts";

type Row = Readonly<Record<string, unknown>>;

/** What stands where an excerpt of an erased record stood. */
export const erasedExcerpt = "[erased]";

const rowsPerPage = 2000;

/** How many rows of a table hold words of the subject, older revisions included. */
export async function countMentions(
  reads: Store,
  table: RewrittenTable,
  subject: Subject,
  runs: OwnedRuns,
): Promise<number> {
  let count = 0;
  await eachPage(reads, table, { subject, runs, final: false }, async (rows) => {
    count += rows.filter((row) => rewrite(table, subject, runs, row) !== null).length;
  });
  return count;
}

/**
 * Takes the subject's words out of a table. The newest revision of each row is written again
 * without them, as the next revision; then all revisions that hold them are deleted. A kill in
 * between leaves both, and the next erasure goes on.
 */
export async function rewriteRows(
  stores: ErasureStores,
  table: RewrittenTable,
  subject: Subject,
  runs: OwnedRuns,
): Promise<void> {
  await eachPage(stores.reads, table, { subject, runs, final: true }, async (rows) => {
    const rewritten = rows
      .map((row) => rewrite(table, subject, runs, row))
      .filter((row) => row !== null);
    if (rewritten.length > 0) {
      await stores.writes.insert(table.table, rewritten);
    }
  });
  const hashed = hashedTable(table);
  const stale: HashedRow[] = [];
  await eachPage(stores.reads, table, { subject, runs, final: false }, async (rows) => {
    const found = rows.filter((row) => rewrite(table, subject, runs, row) !== null);
    stale.push(
      ...found.map((row) => ({ hash: String(row["_hash"]), partition: String(row["_partition"]) })),
    );
  });
  if (stale.length > 0) {
    await deleteHashed(stores, hashed, subject, stale);
  }
}

/** Revisions differ in the texts that are rewritten, so these are in the hash. */
function hashedTable({ table, key, texts }: RewrittenTable) {
  return { table, key: [...key, "Revision", ...texts.map((text) => `toString(${text})`)] };
}

interface PageQuery {
  readonly subject: Subject;
  readonly runs: OwnedRuns;
  /** Newest revisions only. */
  readonly final: boolean;
}

/** Candidates page by page in the order of their keys; `rewrite` decides about each. */
async function eachPage(
  reads: Store,
  table: RewrittenTable,
  { subject, runs, final }: PageQuery,
  handle: (rows: readonly Row[]) => Promise<void>,
): Promise<void> {
  const hash = hashOf(hashedTable(table));
  const owned = table.inSession
    ? " OR Session IN {sessions:Array(String)} OR TraceId IN {traces:Array(String)}" +
      " OR concat(TraceId, SpanId) IN {spans:Array(String)}"
    : "";
  const forms = [...new Set([subject.id, JSON.stringify(subject.id).slice(1, -1)])];
  const mentions = table.texts.map(
    (text) => `multiSearchAny(toString(${text}), {forms:Array(String)})`,
  );
  for (let after = ""; ; ) {
    const rows = await reads.query<Row>(
      `SELECT *, ${hash} AS _hash, _partition_id AS _partition
      FROM ${table.table}${final ? " FINAL" : ""}
      WHERE Tenant = {tenant:String} AND ${hash} > {after:String}
        AND (${mentions.join(" OR ")}${owned})
      ORDER BY _hash LIMIT ${rowsPerPage} SETTINGS max_execution_time = 0`,
      { tenant: subject.tenant, forms, after, ...runs },
    );
    if (rows.length > 0) {
      await handle(rows);
    }
    if (rows.length < rowsPerPage) {
      return;
    }
    after = String(rows.at(-1)?.["_hash"]);
  }
}

/** The row without the subject's words as its next revision; `null` when it holds none. */
function rewrite(
  table: RewrittenTable,
  subject: Subject,
  runs: OwnedRuns,
  row: Row,
): Record<string, unknown> | null {
  const changed: Record<string, unknown> = {};
  for (const column of table.texts) {
    const replaced = replaceValue(subject, column, row[column]);
    if (replaced !== null) {
      changed[column] = replaced;
    }
  }
  if (table.inSession && row["Excerpt"] !== erasedExcerpt && isOwned(row, runs)) {
    changed["Excerpt"] = erasedExcerpt;
    changed["MaskedValue"] = "";
  }
  if (Object.keys(changed).length === 0) {
    return null;
  }
  const { _hash, _partition, ...columns } = row;
  return { ...columns, ...changed, Revision: Number(row["Revision"]) + 1 };
}

function replaceValue(subject: Subject, column: string, value: unknown): unknown {
  if (typeof value === "string") {
    return replaceText(subject, column, value);
  }
  if (!Array.isArray(value)) {
    return null;
  }
  const texts = value.map(String);
  const replaced = texts.map((text) => replaceText(subject, column, text) ?? text);
  return replaced.some((text, index) => text !== texts[index]) ? replaced : null;
}

/** Columns that hold a person as `Name <address>`. */
const personColumns = new Set(["Author", "Components.Maintainer"]);

function replaceText(subject: Subject, column: string, text: string): string | null {
  const { id, pseudonym, kind } = subject;
  if (text === id) {
    return pseudonym;
  }
  if (text === JSON.stringify(id)) {
    return JSON.stringify(pseudonym);
  }
  const person =
    personColumns.has(column) && kind !== "session" ? replaceAuthor(subject, text) : null;
  return person ?? (looksInTexts(subject) ? replaceMentions(subject, text) : null);
}

function isOwned(row: Row, { sessions, traces, spans }: OwnedRuns): boolean {
  const trace = String(row["TraceId"]);
  return (
    setOf(sessions).has(String(row["Session"])) ||
    setOf(traces).has(trace) ||
    setOf(spans).has(trace + String(row["SpanId"]))
  );
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

function setOf(values: readonly string[]): ReadonlySet<string> {
  const known = sets.get(values) ?? new Set(values);
  sets.set(values, known);
  return known;
}
