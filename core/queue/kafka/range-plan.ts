/**
 * What is written down of the batches of a partition before they are handed out, in the metadata
 * of the committed offset: whoever owns the partition next hands out the same ranges.
 */
export interface RangePlan {
  /** Last offset of the batch that begins at the committed offset. */
  readonly to: number;
  /** How often the batch was refused. */
  readonly refusals: number;
  /** Ends of the ranges behind it that are fixed too: what is left of a batch that was halved. */
  readonly rest: readonly number[];
}

export function writePlan(plan: RangePlan | null): string {
  return plan === null
    ? ""
    : JSON.stringify({
        to: plan.to,
        ...(plan.refusals === 0 ? {} : { r: plan.refusals }),
        ...(plan.rest.length === 0 ? {} : { rest: plan.rest }),
      });
}

/** The plan that a process wrote; `null` when there is none, or another program wrote it. */
export function readPlan(metadata: string | null, from: number): RangePlan | null {
  if (metadata === null || !metadata.startsWith("{")) {
    return null;
  }
  try {
    const { to, r = 0, rest = [] } = JSON.parse(metadata) as Record<string, unknown>;
    const ends: readonly unknown[] = [to, ...(Array.isArray(rest) ? rest : [])];
    const isRising = ends.every((end, index) => {
      const before = index === 0 ? from - 1 : ends[index - 1];
      return Number.isSafeInteger(end) && Number(end) > Number(before);
    });
    return isRising && Number.isSafeInteger(r)
      ? { to: Number(to), refusals: Number(r), rest: ends.slice(1).map(Number) }
      : null;
  } catch {
    return null;
  }
}

/** What is fixed once the first range is done with. */
export function planAfter({ rest: ends }: RangePlan): RangePlan | null {
  const [to, ...rest] = ends;
  return to === undefined ? null : { to, refusals: 0, rest };
}

/** The halves of a range, the first ending at `middle`. */
export function halve(plan: RangePlan, middle: number): RangePlan {
  return { to: middle, refusals: 0, rest: [plan.to, ...plan.rest] };
}
