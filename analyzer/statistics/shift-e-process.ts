/** One mixture over the starts of one epoch. */
interface Epoch {
  count: number;
  /** One likelihood ratio per candidate shift, summed over the starts so far. */
  evidence: number[];
}

/**
 * Evidence that a standardized stream has left zero: a mixture over when the shift began, how
 * large it is and in which direction; 80 bytes.
 */
export interface ShiftEProcess {
  /** Two that overlap by half, so that a shift never begins at the end of both. */
  readonly epochs: Epoch[];
}

/** Which way a shift must go to count; a known direction is found sooner. */
export type ShiftDirection = "up" | "down" | "either";

/** Candidate shifts in standard deviations. */
const shifts = [-1, -0.5, 0.5, 1];
/** Evidence is forgotten after so many values, or old starts would eat up the budget. */
const epochValues = 256;
const clipSigmas = 4;
const largest = 1e280;

export function createShiftEProcess(): ShiftEProcess {
  return { epochs: [createEpoch(0), createEpoch(epochValues / 2)] };
}

/**
 * Takes in a value in standard deviations and returns ln E, E the mean over two epochs of
 *
 * Eₜ = mean over candidate shifts of Mₛ + (256 − t)/256, Mₛ ← (Mₛ + 1/256) · exp(δₛ z − δₛ²/2), begun anew after 256 values.
 * Within an epoch it starts at 1 and is expected to be at most 1 at any time if z is standard
 * normal, so P(ever E ≥ 1/α) ≤ α per epoch (Ville). Values are clipped at 4 sigma, which can only
 * lower E. Source: Shiryaev–Roberts mixtures; Shin et al. 2022, arXiv 2203.03532.
 */
export function advanceShiftEProcess(
  state: ShiftEProcess,
  sigmas: number,
  direction: ShiftDirection = "either",
): number {
  const z = Math.min(Math.max(sigmas, -clipSigmas), clipSigmas);
  const sum = state.epochs.reduce((total, epoch) => total + advanceEpoch(epoch, z, direction), 0);
  return Math.log(sum / state.epochs.length);
}

function createEpoch(count: number): Epoch {
  return { count, evidence: shifts.map(() => 0) };
}

function advanceEpoch(epoch: Epoch, z: number, direction: ShiftDirection): number {
  if (epoch.count === epochValues) {
    Object.assign(epoch, createEpoch(0));
  }
  epoch.count += 1;
  let [sum, candidates] = [0, 0];
  for (const [index, shift] of shifts.entries()) {
    const before = (epoch.evidence[index] ?? 0) + 1 / epochValues;
    const evidence = Math.min(before * Math.exp(shift * (z - shift / 2)), largest);
    epoch.evidence[index] = evidence;
    if (direction === "either" || direction === (shift > 0 ? "up" : "down")) {
      sum += evidence;
      candidates += 1;
    }
  }
  return sum / candidates + 1 - epoch.count / epochValues;
}
