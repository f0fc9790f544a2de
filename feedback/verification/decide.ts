import type { Verification, VerificationPeriod } from "../../core/model/proposal.ts";
import { type CountBlock, countDivisor } from "./dispersion.ts";
import { eProcess, type PairedCell } from "./e-process.ts";

export type VerdictState = "verifying" | "effective" | "ineffective" | "harmful" | "inconclusive";

/** What is known about a deployed proposal at one moment of event time. */
export interface Measurement {
  /** Sessions in which the harm succeeded, or all sessions when no success was ever seen. */
  readonly cells: readonly PairedCell[];
  /** The same pairs counting every attempt; shown, not tested. */
  readonly attempts: { readonly before: number; readonly after: number };
  readonly countsSuccesses: boolean;
  /** Findings in the whole baseline, whether paired already or not. */
  readonly baselineFindings: number;
  /** Baseline days, for the check of how much the counts vary. */
  readonly baselineDays: readonly CountBlock[];
  /** Pairs of the same type in other services; empty when there are too few to say anything. */
  readonly control: readonly PairedCell[];
  /** Why the detector cannot be trusted for the time after, one sentence each. */
  readonly detectorProblems: readonly string[];
  readonly beforePeriod: { readonly from: string; readonly to: string };
  readonly afterPeriod: { readonly from: string; readonly to: string };
  readonly elapsedDays: number;
  readonly now: string;
}

export interface VerdictLimits {
  readonly alpha: number;
  readonly maxDays: number;
}

/** Paired findings that suffice for α = 0.05 when none is left afterwards. */
export const minBaselineFindings = 7;

/** "It did not even halve" is not said before a whole week has been seen. */
const minDaysForIneffective = 7;

/**
 * The verdict so far. A guard that is not met holds every verdict back; after `maxDays`, or
 * with too small a baseline to ever tell, the answer is a plain "inconclusive".
 */
export function decide(
  measurement: Measurement,
  { alpha, maxDays }: VerdictLimits,
): { readonly state: VerdictState; readonly verification: Verification } {
  const { cells, baselineFindings, baselineDays, elapsedDays } = measurement;
  const divisor = countDivisor(baselineDays);
  const change = eProcess(cells, 1, divisor);
  const notHalved = eProcess(cells, 0.5, divisor).rose;
  const guards = guardNotes(measurement, alpha);
  const tooFew = baselineFindings < minBaselineFindings;
  const state = verdict();
  return {
    state,
    verification: verification(measurement, { state, evalue: change.fell, notes: notes() }),
  };

  function verdict(): VerdictState {
    if (tooFew) {
      return "inconclusive";
    }
    if (guards.length === 0) {
      const decided = statisticalVerdict();
      if (decided !== undefined) {
        return decided;
      }
    }
    return elapsedDays >= maxDays ? "inconclusive" : "verifying";
  }

  function statisticalVerdict(): VerdictState | undefined {
    const needed = 1 / alpha;
    if (change.fell >= needed) {
      return "effective";
    }
    if (change.rose >= needed) {
      return "harmful";
    }
    const longEnough = elapsedDays >= Math.min(minDaysForIneffective, maxDays);
    return longEnough && notHalved >= needed ? "ineffective" : undefined;
  }

  function notes(): string[] {
    const { attempts, countsSuccesses } = measurement;
    return [
      ...(tooFew
        ? [
            `The baseline has ${baselineFindings} sessions with the finding; ${minBaselineFindings} are needed to tell.`,
          ]
        : []),
      ...guards,
      ...(divisor > 1
        ? [
            `Counts vary ${divisor.toFixed(1)} times as much as independent ones would and were divided by that.`,
          ]
        : []),
      countsSuccesses
        ? `Successes were tested; sessions with an attempt: ${attempts.before} before, ${attempts.after} after.`
        : "No success was recorded before the change; every session with the finding was counted.",
    ];
  }
}

/** Conditions under which no verdict may be given, in words. */
function guardNotes({ cells, control, detectorProblems }: Measurement, alpha: number): string[] {
  const before = total(cells, (cell) => cell.exposureBefore);
  const after = total(cells, (cell) => cell.exposureAfter);
  const ratio = before === 0 ? 0 : after / before;
  const notes = [...detectorProblems];
  if (cells.length === 0) {
    notes.push("There is no hour yet that has a counterpart in the baseline.");
  } else if (ratio < 0.5 || ratio > 2) {
    notes.push(`Exposure is ${ratio.toFixed(2)} times the baseline's; 0.5 to 2 can be compared.`);
  }
  if (eProcess(control).fell >= 1 / alpha) {
    notes.push("The same finding fell in other services as well; the change may not be the cause.");
  }
  return notes;
}

function verification(
  { cells, beforePeriod, afterPeriod, now }: Measurement,
  { state, evalue, notes }: { state: VerdictState; evalue: number; notes: readonly string[] },
): Verification {
  const before: VerificationPeriod = {
    ...beforePeriod,
    findings: total(cells, (cell) => cell.before),
    exposure: total(cells, (cell) => cell.exposureBefore),
  };
  const after: VerificationPeriod = {
    ...afterPeriod,
    findings: total(cells, (cell) => cell.after),
    exposure: total(cells, (cell) => cell.exposureAfter),
  };
  return { state, before, after, evalue, decidedAt: state === "verifying" ? null : now, notes };
}

function total(cells: readonly PairedCell[], value: (cell: PairedCell) => number): number {
  return cells.reduce((sum, cell) => sum + value(cell), 0);
}

/**
 * Whether an effective fix has worn off: the rate is back above the middle between what it
 * fell to and what it was, tested at α/2 so that a verdict does not flap.
 */
export function hasRegressed(
  cells: readonly PairedCell[],
  effective: Pick<Verification, "before" | "after">,
  alpha: number,
): boolean {
  const { before, after } = effective;
  const rateBefore = before.findings / Math.max(1, before.exposure);
  const rateAfter = after.findings / Math.max(1, after.exposure);
  const fellTo = rateBefore === 0 ? 0 : Math.min(1, rateAfter / rateBefore);
  return eProcess(cells, (1 + fellTo) / 2).rose >= 2 / alpha;
}
