import { type CursorKey, encodeCursor, type Page, type PageRule } from "../../core/http/paging.ts";
import type { Proposal } from "../../core/model/proposal.ts";
import type { Store } from "../../core/store/store.ts";

export interface ProposalFilter {
  readonly state?: string | undefined;
  readonly surface?: string | undefined;
}

/** Paging of proposal lists: creation time and id. */
export const proposalPageRule: PageRule = {
  defaultLimit: 50,
  maxLimit: 500,
  key: ["number", "string"],
};

const newestFirst = `
  SELECT Id, toUnixTimestamp64Milli(CreatedAt) AS CreatedMs, Document
  FROM proposals FINAL
  WHERE Tenant = {tenant:String}
    AND ({state:String} = '' OR State = {state:String})
    AND ({surface:String} = '' OR Surface = {surface:String})
    AND (toUnixTimestamp64Milli(CreatedAt), Id) < ({createdMs:Int64}, {id:String})
  ORDER BY CreatedAt DESC, Id DESC
  LIMIT {limit:UInt32}`;

const firstPage: CursorKey = [Number.MAX_SAFE_INTEGER, ""];

/** A page of a tenant's proposals, newest first. */
export async function listProposals(
  store: Store,
  tenant: string,
  filter: ProposalFilter,
  page: Page,
): Promise<{ items: Proposal[]; nextCursor: string | null }> {
  const [createdMs, id] = page.after ?? firstPage;
  const rows = await store.query<{ Id: string; CreatedMs: number; Document: string }>(newestFirst, {
    tenant,
    state: filter.state ?? "",
    surface: filter.surface ?? "",
    createdMs,
    id,
    limit: page.limit + 1,
  });
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => JSON.parse(row.Document) as Proposal),
    nextCursor:
      rows.length > shown.length && last !== undefined
        ? encodeCursor([last.CreatedMs, last.Id])
        : null,
  };
}

const one = `
  SELECT Document FROM proposals FINAL WHERE Tenant = {tenant:String} AND Id = {id:String}`;

/** One proposal, or `null`. */
export async function readProposal(
  store: Store,
  tenant: string,
  id: string,
): Promise<Proposal | null> {
  const [row] = await store.query<{ Document: string }>(one, { tenant, id });
  return row === undefined ? null : (JSON.parse(row.Document) as Proposal);
}
