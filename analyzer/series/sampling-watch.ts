import type { SeriesWindow } from "./series-window.ts";

/** Why the rates of a stream say nothing of the service for now. */
export type SamplingMark = "tail_sampled" | "errors_only" | "weight_changed" | "";

/** What is known of how a stream was sampled when a window closed. */
export interface SamplingVerdict {
  /** Empty when rates may be believed. */
  readonly mark: SamplingMark;
  /** By how much the number of requests stepped up or down within the last day; 1 for no step. */
  readonly volumeFactor: number;
}

/** What is remembered of a stream's sampling; plain JSON. Rates are requests per minute. */
export interface SamplingWatch {
  seenUnixMs: number;
  sinceUnixMs: number;
  tailSampledUnixMs: number;
  /** Newest requests and the errors among them, forgotten within days. */
  requests: number;
  errors: number;
  /** Smoothed ln(mean weight), over ten minutes and over half an hour. */
  weight: number;
  usualWeight: number;
  /** Smoothed requests per minute, over ten minutes and over an hour. */
  volume: number;
  usualVolume: number;
  step: { readonly atUnixMs: number; readonly from: number; factor: number } | null;
  mark: SamplingMark;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const shortMs = 10 * minuteMs;
const weightMs = 30 * minuteMs;
const volumeMs = hourMs;

/** A mean weight that differs by more than a quarter from what it was. */
const weightTolerance = Math.log(1.25);
/** Traffic that doubles or halves within ten minutes and stays so. */
const stepFactor = 2;
/** Fewer requests than this in ten minutes are too few to tell a step from chance. */
const leastRequests = 30;
const settlingMs = 30 * minuteMs;
const errorsOnlyShare = 0.98;
const errorsOnlyRequests = 200;

export function createSamplingWatch(): SamplingWatch {
  return {
    seenUnixMs: 0,
    sinceUnixMs: 0,
    tailSampledUnixMs: -dayMs,
    requests: 0,
    errors: 0,
    weight: 0,
    usualWeight: 0,
    volume: 0,
    usualVolume: 0,
    step: null,
    mark: "",
  };
}

/**
 * Takes in a window and says whether its rates may be believed; changes `watch` in place.
 *
 * Marked are a stream with tail-sampled spans within the last day, one whose requests of the
 * last days were all errors, and one whose mean weight is not what it was half an hour ago.
 * A change that nobody declares shows as a step in the number of requests (Poisson counts of at
 * least 30 in ten minutes, by a factor of two against the hour before); what the step explains
 * is left to the detectors, see `sampling-guard.ts`.
 */
export function advanceSampling(watch: SamplingWatch, window: SeriesWindow): SamplingVerdict {
  const { startUnixMs, sample } = window;
  const elapsedMs = startUnixMs - watch.seenUnixMs;
  if (elapsedMs > hourMs) {
    begin(watch, window);
  } else {
    watch.weight = blend(watch.weight, logWeight(window), elapsedMs / shortMs);
    watch.usualWeight = blend(watch.usualWeight, watch.weight, elapsedMs / weightMs);
    const perMinute = (window.requests * minuteMs) / elapsedMs;
    watch.volume = blend(watch.volume, perMinute, elapsedMs / shortMs);
    watchStep(watch, startUnixMs);
    watch.usualVolume = blend(watch.usualVolume, watch.volume, elapsedMs / volumeMs);
  }
  const kept = Math.exp(-elapsedMs / dayMs);
  watch.requests = watch.requests * kept + (sample?.requests ?? window.requests);
  watch.errors = watch.errors * kept + (sample?.requestErrors ?? 0);
  if ((sample?.tailSampled ?? 0) > 0) {
    watch.tailSampledUnixMs = startUnixMs;
  }
  watch.seenUnixMs = startUnixMs;
  watch.mark = markOf(watch);
  return { mark: watch.mark, volumeFactor: watch.step?.factor ?? 1 };
}

/** At first, and after a silence: what was an hour ago says nothing of what is usual. */
function begin(watch: SamplingWatch, window: SeriesWindow): void {
  watch.sinceUnixMs = window.startUnixMs;
  watch.weight = logWeight(window);
  watch.usualWeight = watch.weight;
  watch.volume = window.requests;
  watch.usualVolume = window.requests;
}

function logWeight({ spans, sample }: SeriesWindow): number {
  return sample === undefined || spans === 0 ? 0 : Math.log(sample.weightedSpans / spans);
}

/** Exponential smoothing over a stretch of time, in units of its memory. */
function blend(mean: number, value: number, age: number): number {
  return mean + (value - mean) * (1 - Math.exp(-age));
}

function watchStep(watch: SamplingWatch, nowUnixMs: number): void {
  const { step, volume, usualVolume } = watch;
  if (step === null) {
    const ratio = volume / usualVolume;
    const isLarge = usualVolume > 0 && (ratio >= stepFactor || ratio <= 1 / stepFactor);
    const counted = (Math.max(volume, usualVolume) * shortMs) / minuteMs;
    if (isLarge && counted >= leastRequests && nowUnixMs - watch.sinceUnixMs >= hourMs) {
      watch.step = { atUnixMs: nowUnixMs, from: usualVolume, factor: ratio };
    }
    return;
  }
  const ratio = volume / step.from;
  const isBack = ratio > 0.7 && ratio < 1.4;
  if (isBack || nowUnixMs - step.atUnixMs >= dayMs) {
    watch.step = null;
  } else if (nowUnixMs - step.atUnixMs <= settlingMs) {
    step.factor = ratio;
  }
}

function markOf(watch: SamplingWatch): SamplingMark {
  if (watch.seenUnixMs - watch.tailSampledUnixMs < dayMs) {
    return "tail_sampled";
  }
  if (watch.requests >= errorsOnlyRequests && watch.errors >= errorsOnlyShare * watch.requests) {
    return "errors_only";
  }
  return Math.abs(watch.weight - watch.usualWeight) > weightTolerance ? "weight_changed" : "";
}
