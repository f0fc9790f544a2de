/** One thing to measure. `work` does the same amount of work at every call. */
export interface Subject {
  readonly name: string;
  /** Units of work, such as spans, in one call. */
  readonly unitsPerCall: number;
  readonly work: () => unknown;
}

export interface Measured {
  readonly name: string;
  /** Median over the rounds. */
  readonly unitsPerCpuSecond: number;
  /** Median over the rounds of this subject's rate divided by the baseline's in that round. */
  readonly ratio: number;
}

export interface MeasureOptions {
  /** The subject that ratios refer to. */
  readonly baseline: string;
  readonly rounds: number;
  /** CPU time each subject gets per round. */
  readonly cpuMsPerRound: number;
}

/**
 * Measures synchronous work per CPU-second (user and system time of this process), so that a
 * busy neighbor matters little. Rounds are interleaved, so that drift of the machine hits every
 * subject alike; the first round warms up and is dropped.
 */
export function measure(
  subjects: readonly Subject[],
  { baseline, rounds, cpuMsPerRound }: MeasureOptions,
): Measured[] {
  const rates = subjects.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    subjects.forEach((subject, index) => {
      const rate = measureRound(subject, cpuMsPerRound);
      if (round > 0) {
        rates[index]?.push(rate);
      }
    });
  }
  const baselineRates = rates[subjects.findIndex(({ name }) => name === baseline)];
  if (baselineRates === undefined) {
    throw new Error(`expected the baseline ${baseline} among the subjects`);
  }
  return subjects.map(({ name }, index) => {
    const own = rates[index] ?? [];
    return {
      name,
      unitsPerCpuSecond: median(own),
      ratio: median(own.map((rate, round) => rate / (baselineRates[round] ?? Number.NaN))),
    };
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

function measureRound({ work, unitsPerCall }: Subject, cpuMs: number): number {
  const start = process.cpuUsage();
  let calls = 0;
  let usedMs = 0;
  while (usedMs < cpuMs) {
    work();
    calls += 1;
    const used = process.cpuUsage(start);
    usedMs = (used.user + used.system) / 1000;
  }
  return (calls * unitsPerCall * 1000) / usedMs;
}
