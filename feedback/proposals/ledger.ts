import type { Commands, StoredEvent } from "../../core/commands/commands.ts";
import type { Logger } from "../../core/log.ts";
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
  /** Events that could not be understood and were left out. */
  skipped(): number;
}

export interface LedgerChanges {
  readonly proposals: readonly ProposalRecord[];
  readonly findingStatuses: readonly FindingStatusRecord[];
}

const pageSize = 500;

/**
 * One event that cannot be understood must not hold up those behind it: it is logged, counted and
 * left out, and its stream goes on with the next version.
 */
export function createLedger(commands: Commands, logger: Logger): Ledger {
  const proposals = new Map<string, ProposalRecord>();
  const statuses = new Map<string, FindingStatusRecord>();
  let position = 0;
  let skipped = 0;

  async function catchUp(): Promise<LedgerChanges> {
    const changedProposals = new Set<string>();
    const changedStatuses = new Set<string>();
    for await (const event of eventsAfter(commands, position)) {
      try {
        fold(event, changedProposals, changedStatuses);
      } catch (error) {
        skip(event, error);
      }
      position = Math.max(position, event.position);
    }
    return {
      proposals: picked(proposals, changedProposals),
      findingStatuses: picked(statuses, changedStatuses),
    };
  }

  function skip(event: StoredEvent, error: unknown): void {
    const { stream, version, position: at, type } = event;
    const known = proposals.get(stream);
    if (known !== undefined) {
      proposals.set(stream, { ...known, version, position: at });
    }
    skipped += 1;
    logger.error({ position: at, type, errorName: nameOf(error) }, "Skipped a malformed event");
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
    skipped: () => skipped,
  };
}

async function* eventsAfter(commands: Commands, from: number): AsyncGenerator<StoredEvent> {
  let position = from;
  for (;;) {
    const events = await commands.readAll(position, pageSize);
    yield* events;
    if (events.length < pageSize) {
      return;
    }
    position = events.at(-1)?.position ?? position;
  }
}

/** The name alone: the message may quote the event. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

function picked<Value>(values: ReadonlyMap<string, Value>, keys: ReadonlySet<string>): Value[] {
  return [...keys].flatMap((key) => values.get(key) ?? []);
}
