import {
  addToCanary,
  type CanaryOptions,
  canaryDefaults,
  createCanary,
  lookAtCanary,
} from "../analyzer/detectors/series/canary.ts";
import { learnTexts, textDrift } from "../analyzer/detectors/series/text-novelty.ts";
import { rejectByEValue, rejectByPValue } from "../analyzer/statistics/false-discovery.ts";
import {
  advanceShiftEProcess,
  createShiftEProcess,
  type ShiftDirection,
} from "../analyzer/statistics/shift-e-process.ts";
import { normalTail } from "../analyzer/statistics/tails.ts";
import { createRandom } from "./random.ts";
import type { SeriesGoal } from "./series-goal.ts";
import { readLoghub } from "./series-sets.ts";

type Draw = () => number;

/** Lines of one system with 10 % of another's among 200, and without. */
export function measureLoghub(folder: string, rounds: number): SeriesGoal | null {
  const logs = readLoghub(folder);
  if (logs === null) {
    return null;
  }
  const random = createRandom(1);
  const [own, foreign, learnt] = [200, 20, 756];
  let [runs, found, wrong] = [0, 0, 0];
  for (const [home, lines] of logs) {
    for (const [, others] of [...logs].filter(([other]) => other !== home)) {
      for (let round = 0; round < rounds; round++) {
        const mixed = shuffled(lines, random);
        const reference = learnTexts(mixed.slice(0, learnt), round);
        const window = mixed.slice(learnt, learnt + own);
        const tainted = [...window.slice(foreign), ...shuffled(others, random).slice(0, foreign)];
        runs += 1;
        found += textDrift(reference, tainted).drifted ? 1 : 0;
        wrong += textDrift(reference, window).drifted ? 1 : 0;
      }
    }
  }
  const [power, falseRate] = [found / runs, wrong / runs];
  return {
    name: `loghub, 10 % foreign lines in 200, ${logs.size} systems, ${runs} runs`,
    measured: `found ${power.toFixed(3)}, false ${falseRate.toFixed(3)}`,
    goal: ">= .95 at <= .02",
    met: power >= 0.95 && falseRate <= 0.02,
    halves: "do not apply: nothing is fitted",
    nothing: "0 at 0",
    periodic: "1 at 1",
    values: { power, falseRate },
  };
}

/** Old against new version, looked at every 20 items from the 100th on. */
export function measureCanary(runs: number): SeriesGoal {
  const random = createRandom(2);
  const draws: Readonly<Record<string, readonly [draw: Draw, deviation: number]>> = {
    normal: [() => gauss(random), 1],
    skewed: [() => Math.exp(0.8 * gauss(random)), Math.sqrt(Math.expm1(0.64) * Math.exp(0.64))],
  };
  const values: Record<string, number> = {};
  const either = { ...canaryDefaults, harm: "either" } as const;
  for (const [name, [draw, deviation]] of Object.entries(draws)) {
    const shift = 0.2 * deviation;
    values[`${name} A/A`] = share(runs, () => fires(draw, 0, 4_000, canaryDefaults));
    values[`${name} power`] = share(runs, () => fires(draw, shift, 1_000, canaryDefaults));
    values[`${name} either A/A`] = share(runs, () => fires(draw, 0, 4_000, either));
    values[`${name} either power`] = share(runs, () => fires(draw, shift, 1_000, either));
  }
  const entries = Object.entries(values);
  const shipped = entries.filter(([name]) => !name.includes("either"));
  return {
    name: `sequential canary, ${runs} runs of 4,000 items a side, power by 1,000 items a side`,
    measured: entries.map(([name, value]) => `${name} ${value.toFixed(3)}`).join(", "),
    goal: "A/A <= .05, power >= .95 at +0.2 sd (harm in a known direction)",
    met: shipped.every(([name, value]) => (name.endsWith("A/A") ? value <= 0.05 : value >= 0.95)),
    halves: "do not apply",
    nothing: "A/A 0, power 0",
    periodic: "A/A 1, power 1",
    values,
  };
}

function fires(draw: Draw, shift: number, items: number, options: CanaryOptions): boolean {
  const state = createCanary();
  for (let item = 1; item <= items; item++) {
    addToCanary(state, "old", draw());
    addToCanary(state, "new", draw() + shift);
    if (item % 20 === 0 && lookAtCanary(state, options).verdict === "harm") {
      return true;
    }
  }
  return false;
}

const [series, shifted] = [1_050, 50];
const discoveryLevel = 0.05;

/**
 * 1,000 series without and 50 with a lasting shift of one sigma, looked at after every cell.
 *
 * The reference names 10 cells; no rule reaches the power there, so what is possible at best is
 * measured beside it: a z-test that knows onset, size and noise, looked at once.
 */
export function measureDiscoveries(runs: number): SeriesGoal[] {
  const looks = [
    [10, "up"],
    [30, "up"],
    [30, "either"],
  ] as const;
  return looks.map(([cells, direction]) => {
    const random = createRandom(3);
    let [falseShare, power, known] = [0, 0, 0];
    for (let run = 0; run < runs; run++) {
      const rejected = discoveries(random, cells, direction);
      const hits = hitsOf(rejected);
      power += hits / shifted / runs;
      falseShare += (rejected.size - hits) / Math.max(1, rejected.size) / runs;
      known += hitsOf(knownOnset(random, cells)) / shifted / runs;
    }
    return {
      name: `false discoveries, 1,000 null and 50 shifted series, ${cells} cells at 1 sigma, direction ${direction}`,
      measured:
        `share ${falseShare.toFixed(3)}, power ${power.toFixed(3)} looked at after every cell ` +
        `(onset and noise known, one look: ${known.toFixed(3)})`,
      goal: "FDR <= .05, power >= .8",
      met: falseShare <= discoveryLevel && power >= 0.8,
      halves: "do not apply",
      nothing: "0, 0",
      periodic: "share .95, power 1",
      values: { cells, falseShare, power, known },
    };
  });
}

/** Series that were ever rejected until so many cells after the shift began. */
function discoveries(random: Draw, cells: number, direction: ShiftDirection): Set<number> {
  const states = Array.from({ length: series }, createShiftEProcess);
  const rejected = new Set<number>();
  // Anywhere in an epoch of the detector, its end included.
  const healthy = 40 + Math.floor(400 * random());
  for (let cell = 0; cell < healthy + cells; cell++) {
    const shift = cell >= healthy ? 1 : 0;
    const logs = states.map((state, index) =>
      advanceShiftEProcess(state, gauss(random) + (index < shifted ? shift : 0), direction),
    );
    for (const [index, isRejected] of rejectByEValue(logs, discoveryLevel).entries()) {
      if (isRejected) {
        rejected.add(index);
      }
    }
  }
  return rejected;
}

function knownOnset(random: Draw, cells: number): Set<number> {
  const pValues = Array.from({ length: series }, (_, index) =>
    normalTail(gauss(random) + (index < shifted ? Math.sqrt(cells) : 0)),
  );
  const rejected = rejectByPValue(pValues, discoveryLevel);
  return new Set(pValues.map((_, index) => index).filter((index) => rejected[index]));
}

function hitsOf(rejected: ReadonlySet<number>): number {
  return [...rejected].filter((index) => index < shifted).length;
}

function share(runs: number, run: () => boolean): number {
  let hits = 0;
  for (let index = 0; index < runs; index++) {
    hits += run() ? 1 : 0;
  }
  return hits / runs;
}

function gauss(random: Draw): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function shuffled<T>(items: readonly T[], random: Draw): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
