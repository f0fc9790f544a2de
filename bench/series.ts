import type { SeriesAlarm } from "../analyzer/detectors/series/series-metric.ts";
import { seriesMetrics } from "../analyzer/detectors/series/series-metrics.ts";
import type { SeriesWindow } from "../analyzer/series/series-window.ts";
import { printFigures } from "./print-figures.ts";
import { measureKontrast, measureOtava, measureTcpd } from "./series-changes.ts";
import { measureCost } from "./series-cost.ts";
import { printGoals, type SeriesGoal } from "./series-goal.ts";
import { measureCanary, measureDiscoveries, measureLoghub } from "./series-simulated.ts";
import { measureMscloud, measureNab } from "./series-streams.ts";
import { type InjectedShift, type SimulatedService, simulateService } from "./simulated-service.ts";

/** An alarm of one series, at the start of the window that raised it. */
export interface RaisedSeriesAlarm {
  readonly series: string;
  readonly timeUnixMs: number;
  readonly alarm: SeriesAlarm;
}

/** Runs every shipped series detector over the windows of a simulated service. */
export function detectOn(service: SimulatedService): RaisedSeriesAlarm[] {
  const states = new Map<string, object>();
  const raised: RaisedSeriesAlarm[] = [];
  for (const window of simulateService(service)) {
    for (const { metric, subject } of seriesOf(window)) {
      const series = `${metric.metric}:${subject}`;
      const state = states.get(series) ?? metric.create();
      states.set(series, state);
      const alarm = metric.advance(state, window, subject);
      if (alarm !== null) {
        raised.push({ series, timeUnixMs: window.startUnixMs, alarm });
      }
    }
  }
  return raised;
}

function seriesOf(window: SeriesWindow) {
  return seriesMetrics.flatMap((metric) =>
    metric.subjects(window).map((subject) => ({ metric, subject })),
  );
}

export interface SeriesBenchRow {
  readonly requestsPerMinute: number;
  readonly shift: string;
  readonly runs: number;
  readonly serviceWeeks: number;
  /** Alarms before the shift, or at all where there is none. */
  readonly falseAlarms: number;
  /** Runs in which the right type of finding followed the shift within a day. */
  readonly found: number;
  readonly medianDelayMinutes: number | null;
  readonly maxDelayMinutes: number | null;
  /** Runs in which the onset interval, widened by ten minutes, holds the true onset. */
  readonly onsetHeld: number;
}

// A Friday, so that the first days seen are a weekend.
const startUnixMs = Date.UTC(2026, 9, 30);
const dayMs = 86_400_000;
const healthyDays = 14;

const shifts: readonly (readonly [
  name: string,
  type: string,
  Omit<InjectedShift, "fromUnixMs">,
])[] = [
  ["error 0.5 % to 5 %", "error_regression", { errorRate: 0.05 }],
  ["latency +40 %", "performance_regression", { latencyFactor: 1.4 }],
  ["cost +60 %", "cost_anomaly", { costFactor: 1.6 }],
];

const typeOfMetric: ReadonlyMap<string, string> = new Map(
  seriesMetrics.map(({ metric, type }) => [metric, type] as const),
);

/**
 * False alarms of the series detectors on healthy weeks, and their delay after a shift; then
 * every statistic against its goal on labelled data. All at shipped defaults.
 *
 * @param args number of seeds per row, and the folder with the unpacked data sets (default:
 *   `TELLTALE_BENCH_DRIFT`); sets that are not there are named as not measured.
 */
export function benchSeries([
  seeds = "8",
  folder = process.env["TELLTALE_BENCH_DRIFT"] ?? "",
]: readonly string[] = []): void {
  const { goals, absent } = measureGoals(folder);
  printGoals(goals);
  if (absent.length > 0) {
    process.stdout.write(`NOT MEASURED, no data in "${folder}": ${absent.join(", ")}\n`);
  }
  const rows = Number(seeds) > 0 ? measureSeries(Number(seeds)) : [];
  const falseAlarms = rows.reduce((sum, row) => sum + row.falseAlarms, 0);
  const missed = rows.reduce(
    (sum, row) => sum + (row.shift === "none" ? 0 : row.runs - row.found),
    0,
  );
  if (rows.length > 0) {
    printFigures(rows.map(toFigure));
  }
  const ok = falseAlarms === 0 && missed === 0 && goals.every(({ met }) => met);
  process.stdout.write(`${JSON.stringify({ bench: "series", ok, rows, goals, absent })}\n`);
}

const sets = {
  nab: measureNab,
  mscloud: measureMscloud,
  tcpd: measureTcpd,
  "otava-mongodb": measureOtava,
  kontrast: measureKontrast,
  loghub: (folder: string) => measureLoghub(folder, 5),
} satisfies Record<string, (folder: string) => SeriesGoal | null>;

function measureGoals(folder: string): {
  readonly goals: readonly SeriesGoal[];
  readonly absent: readonly string[];
} {
  // Memory first: later measurements leave a heap behind that makes it unsteady.
  const goals = measureCost();
  const absent: string[] = [];
  for (const [name, measure] of Object.entries(sets)) {
    const goal = measure(folder);
    if (goal === null) {
      absent.push(name);
    } else {
      goals.push(goal);
    }
  }
  return { goals: [...goals, measureCanary(1_000), ...measureDiscoveries(10)], absent };
}

function toFigure(row: SeriesBenchRow): readonly [string, string] {
  const name = `${row.requestsPerMinute} requests/min, ${row.shift}`;
  const quiet = `${row.falseAlarms} false alarms in ${row.serviceWeeks} service-weeks`;
  return row.shift === "none"
    ? [name, quiet]
    : [
        name,
        `found ${row.found} of ${row.runs}, median ${row.medianDelayMinutes} min, ` +
          `at most ${row.maxDelayMinutes} min; ${quiet}`,
      ];
}

/** A run has two healthy weeks from a cold start and more than a day with the shift. */
export function measureSeries(seeds: number): SeriesBenchRow[] {
  return [60, 15, 2].flatMap((requestsPerMinute) => [
    benchHealthy(requestsPerMinute, seeds),
    ...shifts.map((shift) => benchShift(requestsPerMinute, seeds, shift)),
  ]);
}

function benchHealthy(requestsPerMinute: number, seeds: number): SeriesBenchRow {
  const days = 21;
  let falseAlarms = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    falseAlarms += detectOn({ seed, startUnixMs, days, requestsPerMinute }).length;
  }
  return {
    requestsPerMinute,
    shift: "none",
    runs: seeds,
    serviceWeeks: (seeds * days) / 7,
    falseAlarms,
    found: 0,
    medianDelayMinutes: null,
    maxDelayMinutes: null,
    onsetHeld: 0,
  };
}

function benchShift(
  requestsPerMinute: number,
  seeds: number,
  [shift, type, factors]: (typeof shifts)[number],
): SeriesBenchRow {
  const delays: number[] = [];
  let falseAlarms = 0;
  let onsetHeld = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    // The hour of the shift goes round the clock with the seed.
    const fromUnixMs = startUnixMs + healthyDays * dayMs + ((seed * 5) % 24) * 3_600_000;
    const days = healthyDays + 2;
    const raised = detectOn({
      seed: 1000 + seed,
      startUnixMs,
      days,
      requestsPerMinute,
      shift: { fromUnixMs, ...factors },
    });
    const right = raised.find((alarm) => isFrom(alarm, type, fromUnixMs));
    falseAlarms += raised.filter(({ timeUnixMs }) => timeUnixMs < fromUnixMs).length;
    if (right !== undefined) {
      delays.push((right.timeUnixMs - fromUnixMs) / 60_000);
      onsetHeld += holds(right.alarm.onset, fromUnixMs) ? 1 : 0;
    }
  }
  delays.sort((a, b) => a - b);
  return {
    requestsPerMinute,
    shift,
    runs: seeds,
    serviceWeeks: (seeds * healthyDays) / 7,
    falseAlarms,
    found: delays.length,
    medianDelayMinutes: delays[Math.floor(delays.length / 2)] ?? null,
    maxDelayMinutes: delays.at(-1) ?? null,
    onsetHeld,
  };
}

function isFrom({ series, timeUnixMs }: RaisedSeriesAlarm, type: string, from: number): boolean {
  const metric = series.slice(0, series.indexOf(":"));
  return typeOfMetric.get(metric) === type && timeUnixMs >= from && timeUnixMs < from + dayMs;
}

function holds({ fromUnixMs, toUnixMs }: SeriesAlarm["onset"], onsetUnixMs: number): boolean {
  const slackMs = 10 * 60_000;
  return onsetUnixMs >= fromUnixMs - slackMs && onsetUnixMs <= toUnixMs + slackMs;
}
