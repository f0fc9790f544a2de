import type { FollowedStream } from "./followed-stream.ts";

/** A stream with closed windows that have not been taken in. */
export interface DueStream {
  readonly followed: FollowedStream;
  readonly fromUnixMs: number;
  /** Exclusive. */
  readonly untilUnixMs: number;
}

/** One read of the window tables, for one or several streams of a tenant. */
export interface PlannedRead {
  readonly tenant: string;
  readonly members: readonly DueStream[];
  readonly fromUnixMs: number;
  readonly toUnixMs: number;
}

const hourMs = 3_600_000;
/** Streams that are this close to done share a read. */
const sharedMs = 2 * hourMs;
/** A week of one busy stream is about 100 MB of rows; two days stay far below the limits. */
const chunkMs = 48 * hourMs;

/**
 * Few reads for many streams: those that lack a few minutes of about the same time are read
 * together, those that lack days one by one in chunks, oldest first.
 */
export function planReads(due: readonly DueStream[]): PlannedRead[] {
  const groups = Map.groupBy(due, groupOf);
  return [...groups.values()].flatMap((members) => {
    const fromUnixMs = Math.min(...members.map((member) => member.fromUnixMs));
    const untilUnixMs = Math.max(...members.map((member) => member.untilUnixMs));
    const tenant = members[0]?.followed.stream.tenant ?? "";
    const reads: PlannedRead[] = [];
    for (let start = fromUnixMs; start < untilUnixMs; start += chunkMs) {
      const toUnixMs = Math.min(start + chunkMs, untilUnixMs);
      reads.push({ tenant, members, fromUnixMs: start, toUnixMs });
    }
    return reads;
  });
}

function groupOf({ followed, fromUnixMs, untilUnixMs }: DueStream): string {
  const { tenant, service, environment } = followed.stream;
  return untilUnixMs - fromUnixMs > sharedMs
    ? JSON.stringify([tenant, service, environment])
    : JSON.stringify([tenant, Math.floor(fromUnixMs / sharedMs)]);
}
