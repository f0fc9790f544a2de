import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  advanceAnomalyAlert,
  createAnomalyAlert,
} from "../analyzer/detectors/series/anomaly-alert.ts";
import {
  advanceAnomalyScore,
  createAnomalyScore,
} from "../analyzer/detectors/series/anomaly-score.ts";
import { packState } from "../analyzer/statistics/pack-state.ts";
import { createRandom } from "./random.ts";
import type { SeriesGoal } from "./series-goal.ts";

const points = 40_000;
const seriesInHeap = 500;
const rounds = 5;

/** Time and memory of the alert (tier 1) and of alert and score together (tier 2). */
export function measureCost(): SeriesGoal[] {
  return [
    tier("tier 1, alert", 4, () => {
      const alert = createAnomalyAlert();
      return {
        state: alert,
        step: (time, value) => {
          advanceAnomalyAlert(alert, time, value);
        },
      };
    }),
    tier("tier 2, alert and score", 24, () => {
      const state = { alert: createAnomalyAlert(), score: createAnomalyScore() };
      return {
        state,
        step: (time, value) => {
          advanceAnomalyAlert(state.alert, time, value);
          advanceAnomalyScore(state.score, value);
        },
      };
    }),
  ];
}

interface Running {
  readonly state: object;
  readonly step: (timeUnixMs: number, value: number) => void;
}

function tier(name: string, limitKib: number, create: () => Running): SeriesGoal {
  let perCpuSecond = 0;
  let packedKib = 0;
  for (let round = 0; round < rounds; round++) {
    const running = create();
    const start = process.cpuUsage();
    feed(running, points, round);
    const { user, system } = process.cpuUsage(start);
    perCpuSecond = Math.max(perCpuSecond, (points * 1e6) / (user + system));
    packedKib = packState(running.state).length / 1024;
  }
  const heapKib = heapOf(create);
  return {
    name: `cost of ${name}`,
    measured:
      `${Math.round(perCpuSecond).toLocaleString("en-US")} points per CPU-second, ` +
      `${packedKib.toFixed(1)} KiB as a checkpoint, ${heapKib.toFixed(1)} KiB in memory`,
    goal: `>= 100,000, <= ${limitKib} KiB`,
    met: perCpuSecond >= 100_000 && packedKib <= limitKib && heapKib <= limitKib,
    halves: "do not apply",
    nothing: "0 KiB",
    periodic: "0 KiB",
    values: { perCpuSecond, packedKib, heapKib },
  };
}

function feed({ step }: Running, count: number, seed: number): void {
  const random = createRandom(seed);
  for (let index = 0; index < count; index++) {
    const hour = (index / 60) % 24;
    step(index * 60_000, 100 + 20 * Math.sin((hour * Math.PI) / 12) + 5 * (random() + random()));
  }
}

/** Heap and array buffers per series, collected before and after. */
function heapOf(create: () => Running): number {
  const kept: Running[] = [];
  const before = usedBytes();
  for (let index = 0; index < seriesInHeap; index++) {
    const running = create();
    feed(running, 3_000, index);
    kept.push(running);
  }
  return (usedBytes() - before) / kept.length / 1024;
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

function usedBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
