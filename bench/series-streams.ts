import {
  advanceAnomalyAlert,
  createAnomalyAlert,
} from "../analyzer/detectors/series/anomaly-alert.ts";
import {
  advanceAnomalyScore,
  createAnomalyScore,
} from "../analyzer/detectors/series/anomaly-score.ts";
import { createRandom } from "./random.ts";
import { eventScore } from "./series-event-score.ts";
import { halvesOf, type SeriesGoal } from "./series-goal.ts";
import { nabLowFalsePositives, nabScore, type ScoredStream } from "./series-nab-score.ts";
import { type EventStream, readMscloud, readNab } from "./series-sets.ts";

const shuffles = 30;
const dayRows = 288;

/** The score of `telltale series` on the Numenta benchmark. */
export function measureNab(folder: string): SeriesGoal | null {
  const streams = readNab(folder);
  if (streams === null) {
    return null;
  }
  const scored: ScoredStream[] = streams.map(({ values, windows }) => {
    const state = createAnomalyScore();
    return { windows, scores: values.map((value) => advanceAnomalyScore(state, value)) };
  });
  const { score, threshold } = nabScore(scored);
  const [even, odd] = halvesOf(scored).map((half) => nabScore(half).score);
  const moved = transferred(scored);
  const clock = streams.map(({ values, windows }) => ({
    windows,
    scores: values.map((_, row) => (row % 375 === 0 ? 1 : 0)),
  }));
  return {
    name: `nab, ${streams.length} streams`,
    measured: `${score.toFixed(1)} at ${threshold.toFixed(3)}, low false positives ${nabScore(scored, nabLowFalsePositives).score.toFixed(1)}`,
    goal: ">= 60",
    met: score >= 60,
    halves: `${even?.toFixed(1)} and ${odd?.toFixed(1)}; threshold of one random half on the other ${moved.toFixed(1)}`,
    nothing: "0.0",
    periodic: nabScore(clock).score.toFixed(1),
    values: { score, threshold, transferred: moved },
  };
}

/** Mean score on a random half with the threshold that is best on the other. */
function transferred(streams: readonly ScoredStream[]): number {
  const random = createRandom(1);
  let sum = 0;
  for (let round = 0; round < shuffles; round++) {
    const mixed = streams
      .map((stream) => ({ stream, key: random() }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ stream }) => stream);
    const [one, other] = halvesOf(mixed);
    sum += nabScore(other, undefined, nabScore(one).threshold).score;
    sum += nabScore(one, undefined, nabScore(other).threshold).score;
  }
  return sum / (2 * shuffles);
}

/** The alerts of `telltale series` on production streams. */
export function measureMscloud(folder: string): SeriesGoal | null {
  const streams = readMscloud(folder);
  if (streams === null) {
    return null;
  }
  const alerted = streams.map((stream) => ({ ...stream, alerts: alertsOf(stream) }));
  const all = eventScore(alerted);
  const halves = halvesOf(alerted).map(eventScore);
  const clock = eventScore(
    streams.map((stream) => ({
      ...stream,
      alerts: stream.values.map((_, row) => row % dayRows === dayRows - 1),
    })),
  );
  return {
    name: `mscloud, ${streams.length} streams, ${all.events} events`,
    measured:
      `F1 ${all.f1.toFixed(3)} at ${all.falseAlarmsPerDay.toFixed(3)} false alarms per stream-day, ` +
      `precision ${all.precision.toFixed(2)}, recall ${all.recall.toFixed(2)}, ` +
      `median delay ${all.medianDelayRows} rows`,
    goal: "F1 >= .55 at <= .10",
    met: all.f1 >= 0.55 && all.falseAlarmsPerDay <= 0.1,
    halves: halves
      .map(({ f1, falseAlarmsPerDay }) => `${f1.toFixed(3)} at ${falseAlarmsPerDay.toFixed(3)}`)
      .join(" and "),
    nothing: "F1 0",
    periodic: `F1 ${clock.f1.toFixed(3)} at ${clock.falseAlarmsPerDay.toFixed(3)}`,
    values: { f1: all.f1, falseAlarmsPerDay: all.falseAlarmsPerDay },
  };
}

function alertsOf({ timesUnixMs, values }: EventStream): boolean[] {
  const state = createAnomalyAlert();
  return values.map(
    (value, row) =>
      !Number.isNaN(value) && advanceAnomalyAlert(state, timesUnixMs[row] ?? 0, value).alert,
  );
}
