import type { Clock } from "../core/clock.ts";
import type { Commands, StoredEvent } from "../core/commands/commands.ts";
import type { Config } from "../core/config/config.ts";
import type { Logger } from "../core/log.ts";
import type { Proposal } from "../core/model/proposal.ts";
import type { Store } from "../core/store/store.ts";
import type { Forge } from "./forge/forge.ts";
import { forges } from "./forge/index.ts";
import { createLedger, type Ledger } from "./proposals/ledger.ts";
import { createProjector, type Projector } from "./proposals/projector.ts";
import {
  createProposalCommands,
  type NewProposalEvent,
  telltaleActor,
} from "./proposals/proposal-commands.ts";
import type { ProposalEventType } from "./proposals/proposal-event.ts";
import { proposalStream } from "./proposals/proposal-state.ts";
import { createDraftStep } from "./steps/draft-proposals.ts";
import type { FeedbackContext } from "./steps/feedback-context.ts";
import { createFileStep } from "./steps/file-proposals.ts";
import { followDeployments } from "./steps/follow-deployments.ts";
import { createMergeStep } from "./steps/follow-merges.ts";
import { createVerifyStep } from "./steps/verify-proposals.ts";

/** Where each step of a proposal is written down for auditors. */
export interface AuditTrail {
  append(entry: {
    readonly actor: string;
    readonly action: string;
    readonly subject: string;
    readonly data: Readonly<Record<string, unknown>>;
  }): Promise<unknown>;
}

export interface FeedbackDependencies {
  readonly store: { readonly reads: Store; readonly writes: Store };
  readonly commands: Commands;
  readonly audit: AuditTrail;
  readonly config: Config["feedback"];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly forge?: Forge;
  /** Whether this process may draft, file and judge; always, unless several processes share that. */
  readonly leads?: () => boolean;
}

/** A person's decision on one proposal. */
export interface Decision {
  readonly tenant: string;
  readonly id: string;
  /** `local:<os user>` or an API key's name. */
  readonly principal: string;
  readonly reason: string;
}

/** The loop from finding to verdict. It never merges anything: people do, in git. */
export interface Feedback {
  /** Follows the log and ticks until `stop`. */
  start(): void;
  /** One round: project, draft, file, follow merges and deployments, verify. */
  tick(): Promise<void>;
  stop(): Promise<void>;
  /** @throws FeedbackError 404, 409 in a wrong state, 403 for the proposer, 400 without reason. */
  approve(tenant: string, id: string, principal: string, reason: string): Promise<Proposal>;
  /** @throws FeedbackError 404, 409 in a wrong state, 400 without reason. */
  reject(tenant: string, id: string, principal: string, reason: string): Promise<Proposal>;
  /** Replaces the page's text; who edits a proposal cannot approve it. Throws FeedbackError. */
  edit(decision: Decision & { readonly body: string }): Promise<Proposal>;
  /** Resolves once a command at this position of the log shows in the tables. */
  projected(position: number): Promise<void>;
  /** Events of the log that could not be understood or stored, and were left out. */
  skippedEvents(): number;
}

const tickMs = 3000;

export function createFeedback(dependencies: FeedbackDependencies): Feedback {
  const { store, commands, config, clock, logger } = dependencies;
  const ledger = createLedger(commands, logger);
  const projector = createProjector({ commands, ledger, writes: store.writes, logger });
  const writer = createWriter(dependencies, projector);
  const context: FeedbackContext = {
    reads: store.reads,
    config,
    clock,
    logger,
    ledger,
    forge: dependencies.forge ?? forges["local-git"](),
    ...writer,
  };
  const round = createRound(context, projector, dependencies.leads ?? (() => true));
  let unfollow: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  function tick(): Promise<void> {
    running = running.then(round, round);
    return running;
  }

  function schedule(): void {
    timer = setTimeout(() => {
      tick()
        .catch((error: unknown) => logger.error({ err: error }, "Feedback round failed"))
        .finally(() => timer && schedule());
    }, tickMs);
    timer.unref();
  }

  async function decide<Type extends ProposalEventType>(
    tenant: string,
    id: string,
    event: NewProposalEvent<Type>,
  ): Promise<Proposal> {
    await writer.record(tenant, id, event);
    return proposalOf(ledger, tenant, id);
  }

  return {
    start() {
      unfollow = projector.follow();
      schedule();
    },
    tick,
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      unfollow?.();
      await running.catch(() => undefined);
    },
    approve: (tenant, id, actor, reason) =>
      decide(tenant, id, { type: "approved", actor, data: { reason } }),
    reject: (tenant, id, actor, reason) =>
      decide(tenant, id, { type: "rejected", actor, data: { reason } }),
    edit: ({ tenant, id, principal: actor, reason, body }) =>
      decide(tenant, id, { type: "edited", actor, data: { reason, body } }),
    projected: (position) => projector.projected(position),
    skippedEvents: () => ledger.skipped() + projector.skipped(),
  };
}

type Step = readonly [string, () => Promise<void>];

/** One step's failure is logged and does not keep the others from running. */
function createRound(
  context: FeedbackContext,
  projector: Projector,
  leads: () => boolean,
): () => Promise<void> {
  const project: Step = ["project", () => projector.run()];
  const leading: readonly Step[] = [
    ["draft", createDraftStep(context)],
    ["file", createFileStep(context)],
    ["merges", createMergeStep(context)],
    ["deployments", () => followDeployments(context)],
    ["verification", createVerifyStep(context)],
  ];
  async function take([step, run]: Step): Promise<void> {
    try {
      await run();
    } catch (error) {
      context.logger.error({ err: error, step }, "Feedback step failed");
    }
  }
  return async () => {
    await take(project);
    for (const step of leading) {
      // Asked before each: another process may have taken over meanwhile.
      if (leads()) {
        await take(step);
      }
    }
  };
}

/** Commands that are audited and projected by the time they resolve. */
function createWriter(
  { commands, audit, clock }: FeedbackDependencies,
  projector: Projector,
): Pick<FeedbackContext, "draft" | "record"> {
  const proposalCommands = createProposalCommands(commands, clock);

  async function written(event: StoredEvent): Promise<void> {
    const { actor, type, data, stream } = event;
    await audit.append({ actor, action: `proposal.${type}`, subject: stream, data });
    await projector.projected(event.position);
  }

  return {
    async draft(tenant, id, data) {
      const event = await proposalCommands.draft(tenant, id, data, telltaleActor);
      if (event !== undefined) {
        await written(event);
      }
      return event !== undefined;
    },
    async record(tenant, id, event) {
      await written(await proposalCommands.append(tenant, id, event));
    },
  };
}

function proposalOf(ledger: Ledger, tenant: string, id: string): Proposal {
  const record = ledger.proposal(proposalStream(tenant, id));
  if (record === undefined) {
    throw new Error(`expected proposal ${id} in the ledger after its own event, found none`);
  }
  return record.proposal;
}
