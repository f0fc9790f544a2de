/** A labelled stream and the scores a detector gave to its rows. */
export interface ScoredStream {
  readonly scores: ArrayLike<number>;
  /** Row intervals of the labelled windows, both ends inclusive, in order. */
  readonly windows: readonly (readonly [from: number, to: number])[];
}

export interface NabProfile {
  readonly truePositive: number;
  readonly falseNegative: number;
  readonly falsePositive: number;
}

export interface NabScore {
  /** 0 for the detector that never fires, 100 for the perfect one; may be negative. */
  readonly score: number;
  readonly threshold: number;
}

export const nabStandard: NabProfile = { truePositive: 1, falseNegative: 1, falsePositive: 0.11 };
export const nabLowFalsePositives: NabProfile = { ...nabStandard, falsePositive: 0.22 };
export const nabLowFalseNegatives: NabProfile = { ...nabStandard, falseNegative: 2 };

interface Row {
  readonly score: number;
  /** What an alarm on this row is worth. */
  readonly worth: number;
  /** Index of the window it lies in, or -1. */
  readonly window: number;
}

const sigmoidAtStart = sigmoid(-1);

/**
 * Score of the Numenta Anomaly Benchmark with one threshold for all streams: the one that is
 * best for the detector, as the benchmark's own optimization does, but searched exhaustively.
 *
 * Source: numenta/NAB nab/sweeper.py and nab/scorer.py, v1.1.
 *
 * @param fixed score at this threshold instead of the best one.
 */
export function nabScore(
  streams: readonly ScoredStream[],
  profile: NabProfile = nabStandard,
  fixed?: number,
): NabScore {
  const { rows, windows } = rowsOf(streams, profile);
  rows.sort((a, b) => b.score - a.score);
  const none = -windows * profile.falseNegative;
  const perfect = windows * profile.truePositive;
  const inWindow = new Float64Array(windows).fill(-profile.falseNegative);
  let raw = none;
  let best = { raw: none, threshold: 1.1 };
  for (const [index, { score, worth, window }] of rows.entries()) {
    if (fixed !== undefined && score < fixed) {
      break;
    }
    if (window < 0) {
      raw += worth;
    } else {
      const before = inWindow[window] ?? 0;
      inWindow[window] = Math.max(before, worth);
      raw += Math.max(before, worth) - before;
    }
    const isLast = rows[index + 1]?.score !== score;
    if (isLast && raw > best.raw) {
      best = { raw, threshold: score };
    }
  }
  const reached = fixed === undefined ? best.raw : raw;
  return {
    score: (100 * (reached - none)) / (perfect - none),
    threshold: fixed ?? best.threshold,
  };
}

/** Rows after the probation, with what an alarm there is worth. */
function rowsOf(
  streams: readonly ScoredStream[],
  profile: NabProfile,
): { readonly rows: Row[]; readonly windows: number } {
  const rows: Row[] = [];
  let windows = 0;
  for (const stream of streams) {
    const count = stream.scores.length;
    const probation = Math.min(Math.floor(0.15 * count), 0.15 * 5000);
    let current = 0;
    for (let index = 0; index < count; index++) {
      while (index > (stream.windows[current]?.[1] ?? Number.POSITIVE_INFINITY)) {
        current += 1;
      }
      const [from, to] = stream.windows[current] ?? [Number.POSITIVE_INFINITY, 0];
      if (index >= probation) {
        const isInside = index >= from;
        const worth = isInside
          ? (sigmoid(-(to - index + 1) / (to - from + 1)) * profile.truePositive) / sigmoidAtStart
          : outside(index, stream.windows[current - 1]) * profile.falsePositive;
        const window = isInside ? windows + current : -1;
        rows.push({ score: stream.scores[index] ?? 0, worth, window });
      }
    }
    windows += stream.windows.length;
  }
  return { rows, windows };
}

function outside(index: number, previous: readonly [number, number] | undefined): number {
  if (previous === undefined) {
    return -1;
  }
  const [from, to] = previous;
  return sigmoid((index - to) / (to - from));
}

function sigmoid(position: number): number {
  return position > 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
}
