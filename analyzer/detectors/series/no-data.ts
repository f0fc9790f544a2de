import { poissonLower } from "../../statistics/tails.ts";

/** How many items a series usually brings per hour of the day, and its silence; 800 bytes. */
export interface NoDataState {
  /** Items per cell at each hour of the day, smoothed, and the cells learnt. */
  readonly hours: { rate: number; cells: number }[];
  firstUnixMs: number;
  /** Variance of counts relative to Poisson's, at least 1. */
  dispersion: number;
  /** Items seen and expected since the silence began. */
  expected: number;
  seen: number;
  alarmed: boolean;
}

export interface NoDataOptions {
  /** Chance that ordinary traffic is as quiet, per silence. */
  readonly alpha: number;
}

export const noDataDefaults: NoDataOptions = { alpha: 1e-6 };

const hourMs = 3_600_000;
const hoursPerDay = 24;
const memoryCells = 200;
/** All is learnt and nothing raised: the silence of a night is not known before. */
const warmupMs = 24 * hourMs;
const maxDispersion = 50;

export function createNoData(): NoDataState {
  const hours = Array.from({ length: hoursPerDay }, () => ({ rate: 0, cells: 0 }));
  return { hours, firstUnixMs: NaN, dispersion: 1, expected: 0, seen: 0, alarmed: false };
}

/**
 * Alarms once when a series has brought so few items since it grew quiet (less than a tenth of
 * what was expected) that P(at most that many | expected / dispersion) ≤ alpha under Poisson.
 * The first day is for learning; later, quiet cells are not learnt. Sparse series therefore take
 * longer, and one that is silent every night is expected to be. Weekends are not told apart.
 *
 * @param count items in the cell that starts at `timeUnixMs`; cells follow each other without gaps.
 */
export function advanceNoData(
  state: NoDataState,
  timeUnixMs: number,
  count: number,
  { alpha }: NoDataOptions = noDataDefaults,
): boolean {
  const hour = ((Math.floor(timeUnixMs / hourMs) % hoursPerDay) + hoursPerDay) % hoursPerDay;
  const usual = usualAt(state, hour);
  state.firstUnixMs = Number.isNaN(state.firstUnixMs) ? timeUnixMs : state.firstUnixMs;
  if (count > 0.1 * usual || timeUnixMs - state.firstUnixMs < warmupMs) {
    learn(state, hour, usual, count);
    Object.assign(state, { expected: 0, seen: 0, alarmed: false });
    return false;
  }
  state.expected += usual;
  state.seen += count;
  const { expected, seen, dispersion } = state;
  const chance = poissonLower(Math.floor(seen / dispersion), expected / dispersion);
  const isNews = !state.alarmed && chance <= alpha;
  state.alarmed ||= isNews;
  return isNews;
}

/** An hour nobody has seen borrows the mean of the others. */
function usualAt({ hours }: NoDataState, hour: number): number {
  const known = hours.filter(({ cells }) => cells > 0);
  const mean = known.reduce((sum, { rate }) => sum + rate, 0) / Math.max(1, known.length);
  const own = hours[hour];
  return own !== undefined && own.cells > 0 ? own.rate : mean;
}

function learn(state: NoDataState, hour: number, usual: number, count: number): void {
  const own = state.hours[hour];
  if (own === undefined) {
    return;
  }
  own.cells += 1;
  own.rate += (count - own.rate) / Math.min(memoryCells, own.cells);
  if (usual > 0 && own.cells > memoryCells / 10) {
    const pearson = Math.min(maxDispersion, (count - usual) ** 2 / usual);
    state.dispersion += (Math.max(1, pearson) - state.dispersion) / memoryCells;
  }
}
