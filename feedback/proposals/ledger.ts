import type { Commands, StoredEvent } from "../../core/commands/commands.ts";
import { type FindingStatusRecord, findingStatusOf } from "./finding-status.ts";
import { applyEvent, type ProposalRecord } from "./proposal-state.ts";

/** Every proposal and finding status folded from the log; the log alone is the truth. */
export interface Ledger {
  /** Reads what was appended since the last call and folds it. */
  catchUp(): Promise<LedgerChanges>;
  proposals(): ProposalRecord[];
  proposal(stream: string): ProposalRecord | undefined;
  findingStatus(tenant: string, findingId: string): FindingStatusRecord | undefined;
  findingStatuses(): FindingStatusRecord[];
  /** Position of the newest event that was folded. */
  position(): number;
}

export interface LedgerChanges {
  readonly proposals: readonly ProposalRecord[];
  readonly findingStatuses: readonly FindingStatusRecord[];
}

const pageSize = 500;

export function createLedger(commands: Commands): Ledger {
  const proposals = new Map<string, ProposalRecord>();
  const statuses = new Map<string, FindingStatusRecord>();
  let position = 0;

  async function catchUp(): Promise<LedgerChanges> {
    const changedProposals = new Set<string>();
    const changedStatuses = new Set<string>();
    for (;;) {
      const events = await commands.readAll(position, pageSize);
      for (const event of events) {
        fold(event, changedProposals, changedStatuses);
        position = Math.max(position, event.position);
      }
      if (events.length < pageSize) {
        break;
      }
    }
    return {
      proposals: picked(proposals, changedProposals),
      findingStatuses: picked(statuses, changedStatuses),
    };
  }

  function fold(event: StoredEvent, changedProposals: Set<string>, changedStatuses: Set<string>) {
    if (event.stream.startsWith("proposal/")) {
      const next = applyEvent(proposals.get(event.stream), event);
      if (next !== undefined) {
        // A refused event still moves the stream's version on.
        const { version, position: at } = event;
        proposals.set(event.stream, { ...next, version, position: at });
        changedProposals.add(event.stream);
      }
      return;
    }
    const status = findingStatusOf(event);
    if (status !== undefined) {
      statuses.set(event.stream, status);
      changedStatuses.add(event.stream);
    }
  }

  return {
    catchUp,
    proposals: () => [...proposals.values()],
    proposal: (stream) => proposals.get(stream),
    findingStatus: (tenant, findingId) => statuses.get(`finding/${tenant}/${findingId}`),
    findingStatuses: () => [...statuses.values()],
    position: () => position,
  };
}

function picked<Value>(values: ReadonlyMap<string, Value>, keys: ReadonlySet<string>): Value[] {
  return [...keys].flatMap((key) => values.get(key) ?? []);
}
