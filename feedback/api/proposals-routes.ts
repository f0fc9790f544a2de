import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { type Principal, principalOf } from "../../core/auth/principal.ts";
import { type ErrorKind, HttpError } from "../../core/http/http-error.ts";
import { readPage } from "../../core/http/paging.ts";
import { parseInput } from "../../core/http/parse-input.ts";
import { routeSchema } from "../../core/http/route-schema.ts";
import { proposalStates, surfaces } from "../../core/model/proposal.ts";
import type { Store } from "../../core/store/store.ts";
import { FeedbackError } from "../feedback-error.ts";
import { listProposals, proposalPageRule, readProposal } from "../proposals/read-proposals.ts";
import { Proposal, pageOf } from "./response-schemas.ts";

const Filter = z.object({
  state: z.enum(proposalStates).optional(),
  surface: z.enum(surfaces).optional(),
});

const Decision = z.object({
  reason: z.string().trim().min(1, "a reason is needed; it is kept in the audit log").max(2000),
});

export type Decide = (principal: Principal, proposalId: string, reason: string) => Promise<unknown>;

export interface ProposalsDependencies {
  readonly reads: Store;
  readonly approve: Decide;
  readonly reject: Decide;
}

/** `/api/v1/proposals`: list, one, approve, reject. Nothing here merges anything. */
export function proposalsRoutes({ reads, approve, reject }: ProposalsDependencies) {
  return async (instance: FastifyInstance): Promise<void> => {
    instance.get(
      "/api/v1/proposals",
      {
        config: { permission: "read" },
        schema: routeSchema({
          summary: "Proposals, newest first",
          query: Filter,
          paged: true,
          response: pageOf(Proposal),
        }),
      },
      async (request) => {
        const filter = parseInput(Filter, request.query);
        const page = readPage(request.query, proposalPageRule);
        return listProposals(reads, principalOf(request).tenant, filter, page);
      },
    );
    instance.get<{ Params: { id: string } }>(
      "/api/v1/proposals/:id",
      {
        config: { permission: "read" },
        schema: routeSchema({
          summary: "One proposal with patch, back-test and verification",
          response: Proposal,
        }),
      },
      async (request) => existing(reads, principalOf(request).tenant, request.params.id),
    );
    for (const [verb, decide] of [
      ["approve", approve],
      ["reject", reject],
    ] as const) {
      instance.post<{ Params: { id: string } }>(
        `/api/v1/proposals/:id/${verb}`,
        {
          config: { permission: "approve" },
          schema: routeSchema({
            summary: `${verb === "approve" ? "Approve" : "Reject"} a proposal, with a reason`,
            body: Decision,
            response: Proposal,
          }),
        },
        async (request) => {
          const { reason } = parseInput(Decision, request.body);
          const principal = principalOf(request);
          const { id } = request.params;
          await existing(reads, principal.tenant, id);
          await inHttpTerms(() => decide(principal, id, reason));
          return existing(reads, principal.tenant, id);
        },
      );
    }
  };
}

async function existing(reads: Store, tenant: string, id: string) {
  const proposal = await readProposal(reads, tenant, id);
  if (proposal === null) {
    throw new HttpError("not_found", `there is no proposal ${id.slice(0, 64)}`);
  }
  return proposal;
}

const kindOfStatus: Readonly<Record<number, ErrorKind>> = {
  400: "invalid_request",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
};

async function inHttpTerms(run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof FeedbackError)) {
      throw error;
    }
    throw new HttpError(kindOfStatus[error.httpStatus] ?? "internal", error.message, {
      cause: error,
    });
  }
}
