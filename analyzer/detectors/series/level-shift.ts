import { median } from "simple-statistics";
import {
  addCell,
  type Cusum,
  createCusum,
  type EvidenceCell,
  isAlarming,
  locateOnset,
  maxCellNats,
  releaseCells,
  resetCusum,
} from "./cusum.ts";
import {
  closeEpisode,
  createEpisode,
  type Episode,
  escalateEpisode,
  isAdopted,
  openEpisode,
} from "./episode.ts";
import {
  createNoiseScale,
  inflationOf,
  type NoiseScale,
  observeNoise,
  sigmaOf,
} from "./noise-scale.ts";
import {
  createSeasonalProfile,
  expected,
  learn,
  type SeasonalProfile,
} from "./seasonal-profile.ts";

/** Value of a positive quantity over a stretch of time. */
export interface LevelCell {
  readonly fromUnixMs: number;
  readonly toUnixMs: number;
  /** Natural log of the quantity. */
  readonly value: number;
  /** Number of items (spans, requests) behind it. */
  readonly support: number;
}

export interface LevelShiftOptions {
  /** Smallest relative rise that matters, such as 0.1. */
  readonly minEffect: number;
  /** Nothing is raised before this much history. */
  readonly warmupHours: number;
  /** Smallest standard deviation of a cell that is believed, on the log scale. */
  readonly sigmaFloor: number;
  /** Stretch within which cells may err together. */
  readonly blockMs: number;
  /** Whether a rise by this factor is the work of sampling; such a level is normal at once. */
  readonly isExplained?: (factor: number) => boolean;
}

interface ResidualCell extends EvidenceCell {
  readonly residual: number;
}

export interface LevelShiftState {
  firstUnixMs: number;
  /** Log ratio of a lasting shift that became the normal level. */
  adopted: number;
  readonly profile: SeasonalProfile;
  readonly noise: NoiseScale;
  /** Cells that are not learnt yet, because they may be the start of a shift. */
  readonly pending: LevelCell[];
  readonly cusum: Cusum<ResidualCell>;
  readonly episode: Episode;
}

export interface LevelShift {
  readonly baseline: number;
  readonly observed: number;
  /** Relative rise over the seasonal baseline, with its 99 % interval. */
  readonly effect: number;
  readonly effectFrom: number;
  readonly effectTo: number;
  readonly nats: number;
  readonly cellMs: number;
  readonly onset: { readonly fromUnixMs: number; readonly toUnixMs: number };
  readonly explained: boolean;
}

const hourMs = 3_600_000;
const clipSigmas = 4;
const calmCells = 5;
const escalationCells = 15;
/** 99 % of a normal distribution, times the inefficiency of the median. */
const medianInterval = 2.576 * 1.2533;

export function createLevelShift(): LevelShiftState {
  return {
    firstUnixMs: 0,
    adopted: 0,
    profile: createSeasonalProfile(),
    noise: createNoiseScale(),
    pending: [],
    cusum: createCusum(),
    episode: createEpisode(),
  };
}

/**
 * Watches a positive quantity for a lasting rise over its seasonal baseline.
 *
 * r = ln(value) − profile(time); per cell nats = δ(r − δ/2) / s² with r clipped at ±4s,
 * δ = max(ln(1 + minEffect), s) and s² the robust variance of r times its inflation by
 * dependence between cells; alarm when the CUSUM of nats passes ln(expected run length), three of the last
 * five cells agree, and the median rise since the onset is at least minEffect with a 99 %
 * interval above zero. What an open episode shows is not learnt. A rise that sampling explains is
 * returned once, marked as such, and is the normal level from then on.
 */
export function advanceLevelShift(
  state: LevelShiftState,
  cell: LevelCell,
  options: LevelShiftOptions,
): LevelShift | null {
  state.firstUnixMs ||= cell.fromUnixMs;
  const baseline = expectedDuring(state.profile, cell);
  const isWarm = cell.toUnixMs - state.firstUnixMs >= options.warmupHours * hourMs;
  if (baseline === null || !isWarm) {
    takeIn(state, cell, options);
    return null;
  }
  const residual = cell.value - state.adopted - baseline;
  const sigma = sigmaOf(state.noise, cell.support, options.sigmaFloor);
  addCell(state.cusum, evidence(state, cell, { residual, sigma }, options));
  const shift = state.episode.open
    ? duringEpisode(state, cell, { sigma }, options)
    : onsetOfEpisode(state, cell, { sigma }, options);
  const described = shift === null ? null : describe(state, cell, { baseline, ...shift });
  if (described?.explained === true) {
    resetCusum(state.cusum);
    return described;
  }
  takeInPending(state, cell, options);
  return described;
}

/** An open episode is not learnt, nor is the rise that led to it. */
function takeInPending(state: LevelShiftState, cell: LevelCell, options: LevelShiftOptions): void {
  const { pending, cusum, episode } = state;
  if (episode.open) {
    pending.splice(0);
    return;
  }
  pending.push(cell);
  for (const released of releaseCells(pending, cusum)) {
    takeIn(state, released, options);
  }
}

function takeIn(state: LevelShiftState, cell: LevelCell, options: LevelShiftOptions): void {
  const value = cell.value - state.adopted;
  const timeUnixMs = (cell.fromUnixMs + cell.toUnixMs) / 2;
  const baseline = expectedDuring(state.profile, cell);
  const residual = baseline === null ? null : value - baseline;
  const sigma = sigmaOf(state.noise, cell.support, options.sigmaFloor);
  const noiseCell = { timeUnixMs, value, residual, support: cell.support };
  observeNoise(state.noise, noiseCell, { floor: options.sigmaFloor, blockMs: options.blockMs });
  const excess = residual === null ? 0 : residual - clamp(residual, clipSigmas * sigma);
  learn(state.profile, timeUnixMs, value - excess);
}

function evidence(
  { noise }: LevelShiftState,
  { fromUnixMs, toUnixMs }: LevelCell,
  { residual, sigma }: { readonly residual: number; readonly sigma: number },
  { minEffect }: LevelShiftOptions,
): ResidualCell {
  const scale = sigma * Math.sqrt(inflationOf(noise));
  const shift = Math.max(Math.log1p(minEffect), scale);
  const nats = (shift * (clamp(residual, clipSigmas * scale) - shift / 2)) / scale ** 2;
  return { fromUnixMs, toUnixMs, residual, nats: Math.min(nats, maxCellNats) };
}

interface Shift {
  /** Log ratio, and the half width of its interval. */
  readonly effect: number;
  readonly margin: number;
}

interface LocatedShift extends Shift {
  readonly onset: LevelShift["onset"];
  readonly explained?: boolean;
}

interface DescribedShift extends LocatedShift {
  readonly baseline: number;
}

function onsetOfEpisode(
  state: LevelShiftState,
  cell: LevelCell,
  { sigma }: { readonly sigma: number },
  { minEffect, isExplained }: LevelShiftOptions,
): LocatedShift | null {
  if (!isAlarming(state.cusum)) {
    return null;
  }
  const onset = locateOnset(state.cusum.trail);
  const shift = shiftOf(state, onset.cells, sigma);
  if (shift.effect < Math.log1p(minEffect) || shift.effect <= shift.margin) {
    return null;
  }
  if (isExplained?.(Math.exp(shift.effect)) === true) {
    state.adopted += shift.effect;
    state.pending.splice(0);
    return { ...shift, onset, explained: true };
  }
  return openEpisode(state.episode, cell.toUnixMs, shift.effect) ? { ...shift, onset } : null;
}

function duringEpisode(
  state: LevelShiftState,
  cell: LevelCell,
  { sigma }: { readonly sigma: number },
  { minEffect }: LevelShiftOptions,
): LocatedShift | null {
  const { trail } = state.cusum;
  const recent = shiftOf(state, trail.slice(-calmCells), sigma);
  if (recent.effect < Math.log1p(minEffect) / 2) {
    closeEpisode(state.episode);
    resetCusum(state.cusum);
    return null;
  }
  if (isAdopted(state.episode, cell.toUnixMs)) {
    state.adopted += shiftOf(state, trail, sigma).effect;
    closeEpisode(state.episode);
    resetCusum(state.cusum);
    return null;
  }
  const newest = trail.slice(-escalationCells);
  const shift = shiftOf(state, newest, sigma);
  const onset = {
    fromUnixMs: newest.at(0)?.fromUnixMs ?? cell.fromUnixMs,
    toUnixMs: cell.toUnixMs,
  };
  return escalateEpisode(state.episode, cell.toUnixMs, shift.effect) ? { ...shift, onset } : null;
}

/** The median, because a spike among the cells must not decide the size. */
function shiftOf({ noise }: LevelShiftState, cells: readonly ResidualCell[], sigma: number): Shift {
  const effect = median(cells.map(({ residual }) => residual));
  const margin = medianInterval * sigma * Math.sqrt(inflationOf(noise) / cells.length);
  return { effect, margin };
}

function describe(
  { adopted, cusum }: LevelShiftState,
  cell: LevelCell,
  { baseline, effect, margin, onset, explained = false }: DescribedShift,
): LevelShift {
  const before = baseline + (explained ? adopted - effect : adopted);
  return {
    baseline: Math.exp(before),
    observed: Math.exp(before + effect),
    effect: Math.expm1(effect),
    effectFrom: Math.expm1(effect - margin),
    effectTo: Math.expm1(effect + margin),
    nats: cusum.sum,
    cellMs: cell.toUnixMs - cell.fromUnixMs,
    onset: { fromUnixMs: onset.fromUnixMs, toUnixMs: onset.toUnixMs },
    explained,
  };
}

/** Mean of the profile over the cell: sparse cells may span a good part of a day. */
function expectedDuring(profile: SeasonalProfile, cell: LevelCell): number | null {
  const middle = (cell.fromUnixMs + cell.toUnixMs) / 2;
  if (cell.toUnixMs - cell.fromUnixMs <= hourMs) {
    return expected(profile, middle);
  }
  const values = [cell.fromUnixMs, middle, cell.toUnixMs]
    .map((time) => expected(profile, time))
    .filter((value) => value !== null);
  return values.length === 3 ? values.reduce((sum, value) => sum + value, 0) / 3 : null;
}

function clamp(value: number, limit: number): number {
  return Math.min(Math.max(value, -limit), limit);
}
