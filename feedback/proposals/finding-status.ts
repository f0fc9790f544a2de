import { z } from "zod";
import type { StoredEvent } from "../../core/commands/commands.ts";
import { type FindingStatus, findingStatuses } from "../../core/model/finding.ts";

/** What people (or a recomputation) last said about a finding. */
export interface FindingStatusRecord {
  readonly tenant: string;
  readonly findingId: string;
  readonly status: FindingStatus;
  readonly reason: string;
  readonly untilUnixMs: number | null;
  readonly actor: string;
  readonly changedAtUnixMs: number;
  readonly position: number;
}

const StatusData = z.object({
  status: z.enum(findingStatuses),
  reason: z.string().default(""),
  until: z.union([z.string(), z.number()]).nullish(),
});

/** Reads a `status` event of a stream `finding/<tenant>/<id>`; anything else gives undefined. */
export function findingStatusOf(event: StoredEvent): FindingStatusRecord | undefined {
  const [kind, tenant, findingId, rest] = event.stream.split("/");
  if (kind !== "finding" || event.type !== "status" || rest !== undefined) {
    return undefined;
  }
  const data = StatusData.safeParse(event.data);
  if (!data.success || !tenant || !findingId) {
    return undefined;
  }
  const { status, reason, until } = data.data;
  return {
    tenant,
    findingId,
    status,
    reason,
    untilUnixMs: unixMs(until ?? null),
    actor: event.actor,
    changedAtUnixMs: event.timeUnixMs,
    position: event.position,
  };
}

/** The status in force at a time: a muting that has run out is over. */
export function statusAt(
  record: FindingStatusRecord | undefined,
  nowUnixMs: number,
): FindingStatus {
  if (record === undefined) {
    return "open";
  }
  const isOver = record.untilUnixMs !== null && record.untilUnixMs <= nowUnixMs;
  return isOver ? "open" : record.status;
}

function unixMs(until: string | number | null): number | null {
  const time = typeof until === "string" ? Date.parse(until) : until;
  return time === null || Number.isNaN(time) ? null : time;
}
