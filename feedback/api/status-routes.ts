import type { FastifyInstance } from "fastify";
import { principalOf } from "../../core/auth/principal.ts";
import { findingColumns } from "../../core/findings/finding-columns.ts";
import { routeSchema } from "../../core/http/route-schema.ts";
import type { AccountingRow } from "../../core/queue/queue.ts";
import { readRemovals } from "../../core/retention/record-removals.ts";
import type { Store } from "../../core/store/store.ts";
import { Status } from "./response-schemas.ts";

export interface StatusDependencies {
  readonly reads: Store;
  readonly accounting: (tenant: string) => Promise<AccountingRow[]>;
  readonly about: () => {
    readonly version: string;
    readonly startedAt: string;
    readonly otlpHttp: string;
    readonly api: string;
  };
}

const findingCounts = `
  SELECT count() AS total, countIf(CurrentStatus = 'open') AS open
  FROM (SELECT ${findingColumns})`;

const proposalCounts = `
  SELECT State AS state, count() AS count FROM proposals FINAL
  WHERE Tenant = {tenant:String} GROUP BY State`;

/** `GET /api/v1/status`: the loop in a few numbers, for the console and the command line. */
export function statusRoutes({ reads, accounting, about }: StatusDependencies) {
  return async (instance: FastifyInstance): Promise<void> => {
    instance.get(
      "/api/v1/status",
      {
        config: { permission: "read" },
        schema: routeSchema({
          summary: "State of the loop in numbers",
          response: Status,
        }),
      },
      async (request) => {
        const { tenant } = principalOf(request);
        const [findings] = await reads.query<{ total: string; open: string }>(findingCounts, {
          tenant,
        });
        const proposals = await reads.query<{ state: string; count: string }>(proposalCounts, {
          tenant,
        });
        const byState = Object.fromEntries(
          proposals.map(({ state, count }) => [state, Number(count)]),
        );
        return {
          ...about(),
          ingest: totals(await accounting(tenant)),
          removed: await readRemovals(reads, tenant),
          findings: { open: Number(findings?.open ?? 0), total: Number(findings?.total ?? 0) },
          proposals: {
            total: Object.values(byState).reduce((sum, count) => sum + count, 0),
            byState,
          },
        };
      },
    );
  };
}

function totals(rows: readonly AccountingRow[]) {
  function sum(read: (row: AccountingRow) => number): number {
    return rows.reduce((total, row) => total + read(row), 0);
  }
  return {
    received: sum((row) => row.received),
    stored: sum((row) => row.stored),
    rejected: sum((row) => Object.values(row.rejected).reduce((all, one) => all + one, 0)),
    deadLettered: sum((row) => row.deadLettered),
    inFlight: sum((row) => row.inFlight),
  };
}
