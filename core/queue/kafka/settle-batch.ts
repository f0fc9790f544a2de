import type { Clock } from "../../clock.ts";
import type { Store } from "../../store/store.ts";
import { checkOutcome } from "../accounting.ts";
import type { OutcomeCount, QueueRecord } from "../queue.ts";
import { writeAccounts } from "./accounts.ts";
import { deadLetterMessage } from "./dead-letter-message.ts";
import { writeDigests } from "./digests.ts";
import type { MessageFacts } from "./message.ts";
import type { OpenBatch } from "./open-batch.ts";
import type { LogEntry } from "./partition-log.ts";
import type { Sender } from "./sender.ts";

export interface SettleDependencies {
  readonly store: Store;
  readonly sender: Sender;
  readonly deadLetterTopic: string;
  readonly clock: Clock;
}

/**
 * Writes down what became of a batch, before its offset is committed. Everything may be repeated:
 * after a crash in between, the next owner does so with the same ids.
 *
 * @throws OutcomeMismatchError when the outcome does not account for every record.
 */
export async function settleStored(
  dependencies: SettleDependencies,
  open: OpenBatch,
  outcome: readonly OutcomeCount[],
): Promise<void> {
  const { store } = dependencies;
  const { content, batch, log } = open;
  checkOutcome(batch.id, content.records, outcome);
  await bury(dependencies, open, content.undecodable, "undecodable");
  await writeDigests(store, log, content.digests, batch.id);
  // A copy: a commit that fails half-way is repeated with the same content.
  const sums = content.sums.copy();
  for (const { tenant, signal, stored, rejected } of outcome) {
    sums.add({ tenant, signal }, { stored, rejected });
  }
  await writeAccounts(store, rangeOf(open), sums.rows());
}

/** Writes its only record to the dead letters. Its digest is not kept: it may be replayed. */
export async function settleDead(
  dependencies: SettleDependencies,
  open: OpenBatch,
  reason: string,
): Promise<void> {
  const { content, log } = open;
  const positions = new Set(content.records.map(({ position }) => position));
  const entries = log.entries.filter(({ offset }) => positions.has(offset));
  await bury(dependencies, open, content.undecodable, "undecodable");
  await bury(dependencies, open, entries, reason);
  const sums = content.sums.copy();
  for (const record of content.records) {
    sums.add(record, { deadLettered: record.acceptedCount });
  }
  await writeAccounts(dependencies.store, rangeOf(open), sums.rows());
}

function rangeOf({ log, from, plan, batch }: OpenBatch) {
  return {
    topic: log.topic,
    partition: log.partition,
    from,
    to: plan.to,
    batchId: batch.id,
  };
}

async function bury(
  { sender, deadLetterTopic, clock }: SettleDependencies,
  { log, content }: OpenBatch,
  entries: readonly LogEntry[],
  reason: string,
): Promise<void> {
  if (entries.length === 0) {
    return;
  }
  const records = new Map(content.records.map((record) => [record.position, record]));
  const letters = entries.map(({ offset, message, facts }) => {
    const record = records.get(offset);
    return deadLetterMessage(message, {
      topic: log.topic,
      partition: log.partition,
      offset,
      reason,
      failedAtUnixMs: clock.now(),
      records: record?.acceptedCount ?? 0,
      rejected: countedAgain(facts, record),
    });
  });
  await sender.send(deadLetterTopic, letters);
}

/** Of a record of ours nothing; of any other all that is found when it is read. */
function countedAgain(
  facts: MessageFacts | null,
  record: QueueRecord | undefined,
): Readonly<Record<string, number>> {
  if (record === undefined) {
    return { undecodable: 1 };
  }
  return facts === null ? record.rejected : {};
}
