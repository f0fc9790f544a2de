import type { Store } from "../store/store.ts";
import { type DeletedTable, deletedTables } from "./erasable-tables.ts";
import { rowConditions, subjectParams } from "./row-conditions.ts";
import type { Subject } from "./subject.ts";

/** Sessions and traces that are one person's alone, and single spans that name the person. */
export interface OwnedRuns {
  readonly sessions: readonly string[];
  readonly traces: readonly string[];
  /** Trace id and span id, one after the other. */
  readonly spans: readonly string[];
}

const inSessions = deletedTables.filter((table) => table.inSession);

/**
 * The sessions and traces in which the person is named and nobody else is: all of their records
 * are the person's, also those that carry no user. Where others are named too, only the records
 * that carry the id go.
 */
export async function findOwnedRuns(reads: Store, subject: Subject): Promise<OwnedRuns> {
  if (subject.kind === "author") {
    return { sessions: [], traces: [], spans: [] };
  }
  const sessions = await ownedBy(reads, subject, "Session");
  const ofSessions = await select(reads, subject, {
    column: "TraceId",
    where: () => "Session IN {runs:Array(String)}",
    runs: sessions,
  });
  const traces = await ownedBy(reads, subject, "TraceId", ofSessions);
  const spans = await select(reads, subject, {
    column: "concat(TraceId, SpanId)",
    where: (table) => `SpanId != '' AND ${rowConditions(table, subject).names}`,
    runs: [],
  });
  return { sessions, traces, spans };
}

async function ownedBy(
  reads: Store,
  subject: Subject,
  column: "Session" | "TraceId",
  further: readonly string[] = [],
): Promise<string[]> {
  const named = await select(reads, subject, {
    column,
    where: (table) => rowConditions(table, subject).names,
    runs: [],
  });
  const candidates = [...new Set([...named, ...further])];
  const shared = new Set(
    await select(reads, subject, {
      column,
      where: (table) => {
        const { names, namesAnyone } = rowConditions(table, subject);
        return `${column} IN {runs:Array(String)} AND ${namesAnyone} AND NOT ${names}`;
      },
      runs: candidates,
    }),
  );
  return candidates.filter((run) => !shared.has(run));
}

interface RunQuery {
  readonly column: "Session" | "TraceId" | "concat(TraceId, SpanId)";
  readonly where: (table: DeletedTable) => string;
  readonly runs: readonly string[];
}

/** Distinct values of a column over every table that has sessions. */
async function select(
  reads: Store,
  subject: Subject,
  { column, where, runs }: RunQuery,
): Promise<string[]> {
  const found = new Set<string>();
  for (const table of inSessions) {
    const rows = await reads.query<{ run: string }>(
      `SELECT DISTINCT toString(${column}) AS run FROM ${table.table}
      WHERE Tenant = {tenant:String} AND ${column} != '' AND (${where(table)})
      SETTINGS max_execution_time = 0`,
      { ...subjectParams(subject), runs },
    );
    rows.forEach(({ run }) => found.add(run));
  }
  return [...found];
}
