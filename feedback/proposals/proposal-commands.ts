import type { Clock } from "../../core/clock.ts";
import type { Commands, StoredEvent } from "../../core/commands/commands.ts";
import { FeedbackError } from "../feedback-error.ts";
import type { ProposalEventData, ProposalEventType } from "./proposal-event.ts";
import {
  applyEvent,
  assertAllowed,
  type ProposalRecord,
  proposalStream,
} from "./proposal-state.ts";

/** The drafter of every machine-made proposal; never a person's name. */
export const telltaleActor = "telltale";

export interface NewProposalEvent<Type extends ProposalEventType = ProposalEventType> {
  readonly type: Type;
  readonly actor: string;
  readonly data: ProposalEventData<Type>;
}

export interface ProposalCommands {
  /** Starts a stream; undefined when it exists already (someone else was first). */
  draft(
    tenant: string,
    id: string,
    data: ProposalEventData<"drafted">,
    actor?: string,
  ): Promise<StoredEvent | undefined>;
  /**
   * Appends one event if the state machine allows it.
   *
   * @throws FeedbackError PROPOSAL_NOT_FOUND, PROPOSAL_WRONG_STATE, APPROVER_IS_PROPOSER,
   *   REASON_MISSING, or PROPOSAL_CONFLICT when another writer was faster twice.
   */
  append<Type extends ProposalEventType>(
    tenant: string,
    id: string,
    event: NewProposalEvent<Type>,
  ): Promise<StoredEvent>;
}

const attempts = 2;

export function createProposalCommands(commands: Commands, clock: Clock): ProposalCommands {
  return {
    async draft(tenant, id, data, actor = telltaleActor) {
      const event = { type: "drafted", actor, timeUnixMs: clock.now(), data };
      const result = await commands.append(proposalStream(tenant, id), 0, event);
      return result.status === "done" ? result.event : undefined;
    },
    async append(tenant, id, { type, actor, data }) {
      assertReason(type, data);
      const stream = proposalStream(tenant, id);
      for (let attempt = 0; attempt < attempts; attempt++) {
        const record = await readRecord(commands, stream);
        if (record === undefined) {
          throw new FeedbackError("PROPOSAL_NOT_FOUND", `There is no proposal ${id}.`);
        }
        assertAllowed(record, type, actor);
        const event = { type, actor, timeUnixMs: clock.now(), data };
        const result = await commands.append(stream, record.version, event);
        if (result.status === "done") {
          return result.event;
        }
      }
      throw new FeedbackError("PROPOSAL_CONFLICT", `Proposal ${id} was changed meanwhile.`);
    },
  };
}

/** Folds one stream from the log, so that a decision never rests on a projection that lags. */
async function readRecord(commands: Commands, stream: string): Promise<ProposalRecord | undefined> {
  let record: ProposalRecord | undefined;
  for (const event of await commands.read(stream)) {
    record = applyEvent(record, event);
    record = record && { ...record, version: event.version };
  }
  return record;
}

const decisions: ReadonlySet<ProposalEventType> = new Set(["approved", "rejected"]);

function assertReason(type: ProposalEventType, data: object): void {
  const reason = "reason" in data && typeof data.reason === "string" ? data.reason : "";
  if (decisions.has(type) && reason.trim() === "") {
    throw new FeedbackError("REASON_MISSING", `${type} expects a reason, got an empty one.`);
  }
}
