/** One step of evidence: at least one window, with the log-likelihood ratio it adds. */
export interface EvidenceCell {
  readonly fromUnixMs: number;
  readonly toUnixMs: number;
  /** ln(likelihood under the shift / likelihood under the baseline), capped. */
  readonly nats: number;
}

/** A one-sided CUSUM of log-likelihood ratios with the newest cells that fed it. */
export interface Cusum<Cell extends EvidenceCell> {
  sum: number;
  trail: Cell[];
}

/**
 * Alarm threshold in nats. A CUSUM of log-likelihood ratios that alarms at h has an expected
 * run length without a shift of at least e^h cells (Lorden 1971, Moustakides 1986): here
 * 5 million cells, 9.5 years of minutes.
 */
export const alarmNats = Math.log(5e6);

/** The most that one cell may add: a spike of up to three cells can never alarm alone. */
export const maxCellNats = alarmNats / 4;

const trailCells = 64;
const persistenceCells = 5;
const persistentCells = 3;

export function createCusum<Cell extends EvidenceCell>(): Cusum<Cell> {
  return { sum: 0, trail: [] };
}

/** S = min(2h, max(0, S + nats)); the upper bound keeps recovery from a long shift quick. */
export function addCell<Cell extends EvidenceCell>(cusum: Cusum<Cell>, cell: Cell): void {
  cusum.sum = Math.min(2 * alarmNats, Math.max(0, cusum.sum + cell.nats));
  cusum.trail.push(cell);
  // The likeliest onset is never before the last zero, so the older cells have had their say.
  cusum.trail = cusum.trail.slice(cusum.sum === 0 ? -persistenceCells : -trailCells);
}

export function resetCusum<Cell extends EvidenceCell>(cusum: Cusum<Cell>): void {
  cusum.sum = 0;
  cusum.trail = [];
}

/**
 * Takes out of `pending` what a baseline may learn: everything once the sum is back at zero,
 * else only what is older than the trail. Cells of a rise that ends in an alarm are never learnt,
 * and a rise that stays below the gates is learnt late rather than never.
 */
export function releaseCells<Cell>(pending: Cell[], { sum }: { readonly sum: number }): Cell[] {
  return pending.splice(0, sum === 0 ? pending.length : Math.max(0, pending.length - trailCells));
}

/** Whether the sum is past the threshold and three of the last five cells speak for a shift. */
export function isAlarming<Cell extends EvidenceCell>({ sum, trail }: Cusum<Cell>): boolean {
  const recent = trail.slice(-persistenceCells);
  return sum >= alarmNats && recent.filter(({ nats }) => nats > 0).length >= persistentCells;
}

export interface Onset<Cell> {
  readonly fromUnixMs: number;
  readonly toUnixMs: number;
  /** The cells since the likeliest onset. */
  readonly cells: readonly Cell[];
}

/**
 * Where the shift began: every start whose log-likelihood is within 2 nats of the best one
 * (a profile interval), and the cells since the best.
 */
export function locateOnset<Cell extends EvidenceCell>(trail: readonly Cell[]): Onset<Cell> {
  const since: number[] = [];
  let total = 0;
  for (const cell of trail.toReversed()) {
    total += cell.nats;
    since.unshift(total);
  }
  const best = Math.max(...since);
  const likely = trail.filter((_, index) => (since[index] ?? -Infinity) >= best - 2);
  return {
    fromUnixMs: likely.at(0)?.fromUnixMs ?? 0,
    toUnixMs: likely.at(-1)?.toUnixMs ?? 0,
    cells: trail.slice(since.indexOf(best)),
  };
}

/** Expected false alarms per day of a series that closes a cell every `cellMs`. */
export function falseAlarmsPerDay(cellMs: number): number {
  return 86_400_000 / cellMs / Math.exp(alarmNats);
}
