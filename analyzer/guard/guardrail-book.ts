import type { Clock } from "../../core/clock.ts";
import type { Config } from "../../core/config/config.ts";
import type { Proposal } from "../../core/model/proposal.ts";
import type { Store } from "../../core/store/store.ts";
import { callVariants } from "./call-variants.ts";
import type { GuardRequest } from "./guard-request.ts";
import { approvedRules, type GuardrailEffect } from "./guardrail-of-proposal.ts";

/** A tool call as rules look at it. */
export interface GuardedCall {
  readonly service: string;
  readonly tool: string;
  /** JSON object. */
  readonly arguments: string;
}

/** Makes a rule of a guardrail ready to be asked; undefined for a text that is none. */
export type CompileGuardrail = (rule: string) => ((call: GuardedCall) => boolean) | undefined;

export interface GuardrailHit {
  /** Id of the proposal that was approved. */
  readonly guardrail: string;
  readonly rule: string;
  readonly effect: GuardrailEffect;
}

/** The approved guardrails in memory; asking never touches the store. */
export interface GuardrailBook {
  /** Guardrails that a request meets; null while none were ever read. */
  match(tenant: string, request: GuardRequest): readonly GuardrailHit[] | null;
  /** Compares with the store; what is in force stays when that fails. */
  refresh(): Promise<void>;
  /** Guardrails in force, of all tenants. */
  inForce(): number;
  /** Approved guardrails that have no rule this guard can apply. */
  unread(): number;
  /** Since the last comparison with the store; 0 before the first. */
  ageMs(): number;
}

export interface GuardrailBookDependencies {
  readonly reads: Store;
  readonly repositories: Config["feedback"]["repositories"];
  readonly compile: CompileGuardrail;
  readonly clock: Clock;
}

/** States from a person's approval on; a rejected or ineffective guardrail is not in force. */
const statesInForce = ["approved", "merged", "deployed", "verifying", "effective"];

// Every event of a proposal has a greater position in the log than the ones before.
const newest = `
  SELECT toString(max(Revision)) AS revision, toString(count()) AS rows FROM proposals`;

const inForce = `
  SELECT Tenant, Id, Repository, FindingIds, Document
  FROM proposals FINAL
  WHERE Surface = 'guardrail' AND State IN {states:Array(String)}
  ORDER BY Tenant, Id
  LIMIT 10000`;

const services = `
  SELECT DISTINCT Tenant, Id, Service FROM findings FINAL
  WHERE Id IN {ids:Array(String)} AND Service != ''`;

interface ProposalColumns {
  readonly Tenant: string;
  readonly Id: string;
  readonly Repository: string;
  readonly FindingIds: readonly string[];
  readonly Document: string;
}

interface ServiceColumns {
  readonly Tenant: string;
  readonly Id: string;
  readonly Service: string;
}

/** A changed repository setting or an expired row shows after so long at the latest. */
const fullReadMs = 60_000;

export function createGuardrailBook(dependencies: GuardrailBookDependencies): GuardrailBook {
  const { reads, clock } = dependencies;
  let book: ReadonlyMap<string, readonly Guardrail[]> | null = null;
  let unread = 0;
  let seen = "";
  let readAt = 0;
  let comparedAt = 0;
  return {
    match: (tenant, request) => book && hits(book.get(tenant) ?? [], request),
    async refresh() {
      const [state] = await reads.query<{ revision: string; rows: string }>(newest);
      const found = `${state?.revision ?? ""}/${state?.rows ?? ""}`;
      const now = clock.now();
      if (book === null || found !== seen || now - readAt >= fullReadMs) {
        const guardrails = await readGuardrails(dependencies);
        book = Map.groupBy(
          guardrails.filter(({ rules }) => rules.length > 0),
          ({ tenant }) => tenant,
        );
        unread = guardrails.filter(({ rules }) => rules.length === 0).length;
        seen = found;
        readAt = now;
      }
      comparedAt = clock.now();
    },
    inForce: () => [...(book?.values() ?? [])].reduce((sum, list) => sum + list.length, 0),
    unread: () => unread,
    ageMs: () => (comparedAt === 0 ? 0 : clock.now() - comparedAt),
  };
}

interface Guardrail {
  readonly tenant: string;
  readonly id: string;
  /** Services it is about; empty: not known. */
  readonly services: readonly string[];
  readonly rules: readonly {
    readonly rule: string;
    readonly effect: GuardrailEffect;
    readonly stops: (call: GuardedCall) => boolean;
  }[];
}

async function readGuardrails({
  reads,
  repositories,
  compile,
}: GuardrailBookDependencies): Promise<Guardrail[]> {
  const rows = await reads.query<ProposalColumns>(inForce, { states: statesInForce });
  const ids = [...new Set(rows.flatMap((row) => row.FindingIds))];
  const found = ids.length === 0 ? [] : await reads.query<ServiceColumns>(services, { ids });
  return rows.map((row) => ({
    tenant: row.Tenant,
    id: row.Id,
    services: [
      ...new Set([
        ...(repositories.find(({ id }) => id === row.Repository)?.services ?? []),
        ...found
          .filter(({ Tenant, Id }) => Tenant === row.Tenant && row.FindingIds.includes(Id))
          .map(({ Service }) => Service),
      ]),
    ],
    rules: rulesOf(row.Document).flatMap(({ rule, effect }) => {
      const stops = compile(rule);
      return stops === undefined ? [] : [{ rule, effect, stops }];
    }),
  }));
}

function rulesOf(document: string): ReturnType<typeof approvedRules> {
  try {
    return approvedRules(JSON.parse(document) as Proposal);
  } catch {
    // A document of another version: counted as unread.
    return [];
  }
}

function hits(guardrails: readonly Guardrail[], request: GuardRequest): GuardrailHit[] {
  if (request.direction !== "tool_call" || guardrails.length === 0) {
    return [];
  }
  const { service } = request.context;
  const variants = callVariants(request);
  return guardrails.flatMap(({ id, services: about, rules }) => {
    if (service !== undefined && service !== "" && about.length > 0 && !about.includes(service)) {
      return [];
    }
    const names = service ? [service] : ["", ...about];
    const calls = names.flatMap((name) => variants.map((each) => ({ ...each, service: name })));
    return rules
      .filter(({ stops }) => calls.some((call) => stops(call)))
      .map(({ rule, effect }) => ({ guardrail: id, rule, effect }));
  });
}
