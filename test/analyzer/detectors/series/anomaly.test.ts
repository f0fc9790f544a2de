import { array, assert, double, integer, property, tuple } from "fast-check";
import {
  type AnomalyAlertState,
  advanceAnomalyAlert,
  createAnomalyAlert,
} from "../../../../analyzer/detectors/series/anomaly-alert.ts";
import {
  type AnomalyScoreState,
  advanceAnomalyScore,
  createAnomalyScore,
} from "../../../../analyzer/detectors/series/anomaly-score.ts";
import { packState, unpackState } from "../../../../analyzer/statistics/pack-state.ts";
import { createRandom } from "../../../../bench/random.ts";
import { gauss } from "./gauss.ts";

const minute = 60_000;

/** Four days of a daily rhythm with noise; four values far too high from row 5,000 on. */
function daily(seed: number): number[] {
  const random = createRandom(seed);
  return Array.from({ length: 6_000 }, (_, row) => {
    const usual = 100 + 30 * Math.sin((row * Math.PI) / 720) + 3 * gauss(random);
    return row >= 5_000 && row < 5_004 ? usual + 120 : usual;
  });
}

it("alerts on the first row of an anomaly, once, and on nothing else", () => {
  const state = createAnomalyAlert();
  const alerts = daily(8).flatMap((value, row) =>
    advanceAnomalyAlert(state, row * minute, value).alert ? [row] : [],
  );
  expect(alerts).toEqual([5_000]);
});

it("scores an anomaly above all that came before, and does not report it twice", () => {
  const state = createAnomalyScore();
  const scores = daily(8).map((value) => advanceAnomalyScore(state, value));
  expect(scores.indexOf(Math.max(...scores))).toBe(5_000);
  expect(scores.slice(5_001, 5_100).every((score) => score < 0.5)).toBe(true);
});

it("continues to the bit from a checkpoint, which stays within its limit", () => {
  const values = daily(9);
  const alert = createAnomalyAlert();
  const score = createAnomalyScore();
  const whole = values.map((value, row) => [
    advanceAnomalyAlert(alert, row * minute, value),
    advanceAnomalyScore(score, value),
  ]);
  let states = { alert: createAnomalyAlert(), score: createAnomalyScore() };
  const resumed = values.map((value, row) => {
    if (row % 97 === 0) {
      states = {
        alert: unpackState(packState(states.alert)) as AnomalyAlertState,
        score: unpackState(packState(states.score)) as AnomalyScoreState,
      };
    }
    return [
      advanceAnomalyAlert(states.alert, row * minute, value),
      advanceAnomalyScore(states.score, value),
    ];
  });
  expect(JSON.stringify(resumed)).toBe(JSON.stringify(whole));
  expect(packState(states.alert).length).toBeLessThan(4 * 1024);
  expect(packState(states).length).toBeLessThan(24 * 1024);
});

it("gives finite answers in range for any finite numbers and times", () => {
  const numbers = double({ noNaN: true, noDefaultInfinity: true });
  const times = integer({ min: -1e12, max: 1e12 });
  assert(
    property(array(tuple(times, numbers), { maxLength: 120 }), (rows) => {
      const alert = createAnomalyAlert();
      const score = createAnomalyScore();
      const wrong = rows.filter(([time, value]) => {
        const { sigmas } = advanceAnomalyAlert(alert, time, value);
        const given = advanceAnomalyScore(score, value);
        return !(sigmas >= 0 && sigmas <= 12 && given >= 0 && given <= 1);
      });
      expect(wrong).toEqual([]);
    }),
  );
});

it("says nothing about a constant series", () => {
  const alert = createAnomalyAlert();
  const score = createAnomalyScore();
  const said = Array.from(
    { length: 3_000 },
    (_, row) =>
      advanceAnomalyAlert(alert, row * minute, 42).alert || advanceAnomalyScore(score, 42) > 0,
  );
  expect(said).not.toContain(true);
});
