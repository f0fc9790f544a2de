/** One measured figure beside its goal and beside what costs nothing to build. */
export interface SeriesGoal {
  readonly name: string;
  /** Figures with their units, as printed. */
  readonly measured: string;
  readonly goal: string;
  readonly met: boolean;
  /** The same on halves of the data: how uneven it is. */
  readonly halves: string;
  /** A detector that never fires, and one that fires by the clock. */
  readonly nothing: string;
  readonly periodic: string;
  /** The measured figures for machines. */
  readonly values: Readonly<Record<string, number>>;
}

export function printGoals(goals: readonly SeriesGoal[]): void {
  process.stdout.write(
    "Parameters were chosen on the development data, with both halves in view: " +
      "on that data the halves show unevenness, not what fresh data would give.\n",
  );
  for (const { name, measured, goal, met, halves, nothing, periodic } of goals) {
    process.stdout.write(
      `${met ? "met   " : "MISSED"} ${name}: ${measured} (goal ${goal})\n` +
        `         halves ${halves}; null detector ${nothing}; periodic alarm ${periodic}\n`,
    );
  }
}

/** Both halves of a list: even and odd positions. */
export function halvesOf<T>(items: readonly T[]): readonly [T[], T[]] {
  return [items.filter((_, index) => index % 2 === 0), items.filter((_, index) => index % 2 === 1)];
}
