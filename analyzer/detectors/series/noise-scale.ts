/**
 * How much a series scatters around its baseline when nothing is wrong: robust, forgetting,
 * and aware that neighbouring cells err together.
 */
export interface NoiseScale {
  cells: number;
  /** Smoothed |residual| at typical support. */
  spread: number;
  /** Smoothed |step from cell to cell|, used while there are few residuals. */
  steps: number;
  lastValue: number;
  residuals: number;
  /** Smoothed number of items behind a cell. */
  support: number;
  blockUnixMs: number;
  /** Sum of the standardised residuals of the block being filled, and their number. */
  blockSum: number;
  blockCells: number;
  blocks: number;
  /** Smoothed variance of a block's mean, relative to independent cells. */
  inflation: number;
}

export interface NoiseCell {
  readonly timeUnixMs: number;
  readonly value: number;
  readonly support: number;
  /** `null` while there is no baseline. */
  readonly residual: number | null;
}

const memoryCells = 700;
const memoryBlocks = 200;
/** Mean absolute deviation to standard deviation, and the same for a difference of two. */
const sigmaPerDeviation = 1.2533;
const sigmaPerStep = sigmaPerDeviation / Math.SQRT2;
const residualsNeeded = 50;
const winsorSigmas = 4;
const maxBlockInflation = 50;
/** Blocks are taken to err together until they have shown otherwise. */
const priorInflation = 2;
const priorBlocks = 6;

export function createNoiseScale(): NoiseScale {
  return {
    cells: 0,
    spread: 0,
    steps: 0,
    lastValue: 0,
    residuals: 0,
    support: 0,
    blockUnixMs: 0,
    blockSum: 0,
    blockCells: 0,
    blocks: 0,
    inflation: priorInflation,
  };
}

/** Standard deviation of a cell with this support; sparse cells scatter more by √(typical/n). */
export function sigmaOf(noise: NoiseScale, support: number, floor: number): number {
  const spread = sigmaPerDeviation * noise.spread;
  const steps = sigmaPerStep * noise.steps;
  const sigma = noise.residuals < residualsNeeded ? Math.max(spread, steps) : spread;
  return Math.max(floor, sigma) * sparsity(noise, support);
}

/** Variance inflation by dependence between cells, at least 1. */
export function inflationOf(noise: NoiseScale): number {
  return Math.max(1, noise.inflation);
}

/** Takes in a cell that belongs to no incident; outliers count as 4 sigma. */
export function observeNoise(
  noise: NoiseScale,
  cell: NoiseCell,
  { floor, blockMs }: { readonly floor: number; readonly blockMs: number },
): void {
  const sigma = sigmaOf(noise, cell.support, floor);
  const limit = noise.cells < residualsNeeded ? Infinity : winsorSigmas * sigma;
  if (noise.cells > 0) {
    const step = Math.min(Math.abs(cell.value - noise.lastValue), limit);
    noise.steps = smooth(noise.steps, step, noise.cells, memoryCells);
  }
  noise.support = smooth(noise.support, cell.support, noise.cells + 1, memoryCells);
  noise.lastValue = cell.value;
  noise.cells += 1;
  if (cell.residual === null) {
    return;
  }
  const residual = Math.min(Math.max(cell.residual, -limit), limit);
  noise.residuals += 1;
  const typical = Math.abs(residual) / sparsity(noise, cell.support);
  noise.spread = smooth(noise.spread, typical, noise.residuals, memoryCells);
  addToBlock(noise, cell.timeUnixMs - (cell.timeUnixMs % blockMs), residual / sigma);
}

function addToBlock(noise: NoiseScale, blockUnixMs: number, standardised: number): void {
  if (blockUnixMs !== noise.blockUnixMs && noise.blockCells > 0) {
    const variance = Math.min(noise.blockSum ** 2 / noise.blockCells, maxBlockInflation);
    noise.blocks += 1;
    noise.inflation = smooth(noise.inflation, variance, noise.blocks + priorBlocks, memoryBlocks);
    noise.blockSum = 0;
    noise.blockCells = 0;
  }
  noise.blockUnixMs = blockUnixMs;
  noise.blockSum += standardised;
  noise.blockCells += 1;
}

function sparsity(noise: NoiseScale, support: number): number {
  return noise.support === 0 ? 1 : Math.sqrt(Math.max(1, noise.support / Math.max(1, support)));
}

/** Plain mean of the first `memory` values, exponential smoothing after that. */
function smooth(mean: number, value: number, count: number, memory: number): number {
  return mean + (value - mean) / Math.min(count, memory);
}
