import { rejectByEValue } from "../statistics/false-discovery.ts";
import type { Candidate } from "./alarm-log.ts";
import { type FalseVerdicts, verdictKey } from "./read-verdicts.ts";

/** Expected share of false ones among the alarms of a day. */
const falseDiscoveryRate = 0.05;
const dayMs = 86_400_000;
/** Cells that a series closes in two days at most: the time its evidence can have gathered in. */
const cellsInTwoDays = 2 * 1440;
const smallestFamily = 10;
/** Each false positive that a person found takes so much from the evidence of its series. */
const natsPerVerdict = Math.log(10);
const maxVerdicts = 3;

/**
 * Which alarms of one tenant stand, by control of false discoveries over all series it follows.
 *
 * The hypotheses are that a series did not shift on a day. Its e-value is e^S / T, S the CUSUM of
 * its log-likelihood ratios and T the cells of two days: e^S is at most the Shiryaev–Roberts sum
 * R, whose mean is at most T at any stopping time within them (Pollak 1985). e-BH at level 0.05
 * holds under any dependence between series. Evidence only ever grows, and so does the set that
 * is returned, so neither the order of streams nor the length of ticks matters.
 *
 * A verdict of a person that an alarm was false gives its series, and no other, a tenth of the
 * weight, three times at most: weighted e-BH, valid for weights that are at most 1 on average.
 *
 * @param candidates alarms of the tenant, of any day, released or not.
 * @param family number of series that the tenant follows; taken up to the next power of ten, so
 *   that a new series does not move the bar for the others.
 * @returns those that stand and were not released before.
 */
export function standingAlarms(
  candidates: readonly Candidate[],
  family: number,
  verdicts: FalseVerdicts = new Map(),
): Candidate[] {
  const size = 10 ** Math.ceil(Math.log10(Math.max(smallestFamily, family)));
  const days = Map.groupBy(candidates, ({ detection }) => Math.floor(detection.timeUnixMs / dayMs));
  return [...days.values()].flatMap((day) => standingOfDay(day, size, verdicts));
}

function standingOfDay(
  day: readonly Candidate[],
  family: number,
  verdicts: FalseVerdicts,
): Candidate[] {
  if (day.every(({ released }) => released)) {
    return [];
  }
  // A series counts once, with the best it has.
  const best = new Map<string, number>();
  for (const { detection, nats } of day) {
    const { tenant, series } = detection;
    const said = Math.min(verdicts.get(verdictKey(tenant, series)) ?? 0, maxVerdicts);
    const weighted = nats - said * natsPerVerdict;
    best.set(series, Math.max(best.get(series) ?? -Infinity, weighted));
  }
  const keys = [...best.keys()];
  const logEValues = keys.map((key) => (best.get(key) ?? -Infinity) - Math.log(cellsInTwoDays));
  const silent = Array.from({ length: Math.max(0, family - keys.length) }, () => -Infinity);
  const rejected = rejectByEValue([...logEValues, ...silent], falseDiscoveryRate);
  const standing = new Set(keys.filter((_, index) => rejected[index] === true));
  return day.filter(({ detection, released }) => !released && standing.has(detection.series));
}
