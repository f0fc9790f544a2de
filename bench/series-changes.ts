import { changeImpact, impactDefaults } from "../analyzer/detectors/series/change-impact.ts";
import { changePoints } from "../analyzer/detectors/series/change-points.ts";
import {
  otavaChangePoints,
  otavaDefaults,
} from "../analyzer/detectors/series/otava-change-points.ts";
import { halvesOf, type SeriesGoal } from "./series-goal.ts";
import {
  type OtavaCases,
  readKontrast,
  readOtava,
  readTcpd,
  type TcpdSeries,
} from "./series-sets.ts";
import { tcpdScore } from "./series-tcpd-score.ts";

export function measureTcpd(folder: string): SeriesGoal | null {
  const series = readTcpd(folder);
  if (series === null) {
    return null;
  }
  const found = series.map(({ values }) => changePoints(values).map(({ index }) => index));
  const scores = series.map((one, index) => scoreOf(one, found[index] ?? []));
  const [f1, cover] = meansOf(scores);
  const clock = meansOf(
    series.map((one) =>
      scoreOf(
        one,
        one.values.map((_, row) => row).filter((row) => row % 100 === 99),
      ),
    ),
  );
  return {
    name: `tcpd, ${series.length} series`,
    measured: `F1 ${f1.toFixed(3)}, cover ${cover.toFixed(3)}`,
    goal: "F1 >= .71, cover >= .69",
    met: f1 >= 0.71 && cover >= 0.69,
    halves: halvesOf(scores)
      .map((half) => shown(meansOf(half)))
      .join(" and "),
    nothing: shown(meansOf(series.map((one) => scoreOf(one, [])))),
    periodic: shown(clock),
    values: { f1, cover },
  };
}

function scoreOf({ annotations, values }: TcpdSeries, found: readonly number[]) {
  return tcpdScore(annotations, found, values.length);
}

function meansOf(
  scores: readonly { readonly f1: number; readonly cover: number }[],
): readonly [f1: number, cover: number] {
  const count = Math.max(1, scores.length);
  return [
    scores.reduce((sum, { f1 }) => sum + f1, 0) / count,
    scores.reduce((sum, { cover }) => sum + cover, 0) / count,
  ];
}

function shown([f1, cover]: readonly [number, number]): string {
  return `${f1.toFixed(3)}/${cover.toFixed(3)}`;
}

export function measureOtava(folder: string): SeriesGoal | null {
  const cases = readOtava(folder);
  if (cases === null) {
    return null;
  }
  const all = Object.values(cases.expected);
  const exact = all.filter(({ params, expected }) => {
    const found = otavaChangePoints(cases.series, optionsOf(params)).map(({ index }) => index);
    return found.join() === expected.join();
  }).length;
  const empty = all.filter(({ expected }) => expected.length === 0).length;
  return {
    name: "otava-mongodb, exact vectors",
    measured: `${exact} of ${all.length}`,
    goal: `${all.length} of ${all.length}`,
    met: exact === all.length,
    halves: "do not apply",
    nothing: `${empty} of ${all.length}`,
    periodic: "0",
    values: { exact, cases: all.length },
  };
}

function optionsOf(params: OtavaCases["expected"][string]["params"]) {
  const given = new Map(
    params.split(",").map((pair) => {
      const [name = "", value] = pair.trim().split("=");
      return [name, Number(value)];
    }),
  );
  return {
    windowLength: given.get("window_len") ?? otavaDefaults.windowLength,
    maxPValue: given.get("max_pvalue") ?? otavaDefaults.maxPValue,
    minMagnitude: given.get("min_magnitude") ?? otavaDefaults.minMagnitude,
  };
}

interface Judged {
  readonly score: number;
  readonly flagged: boolean;
  readonly erroneous: boolean;
}

export function measureKontrast(folder: string): SeriesGoal | null {
  const cases = readKontrast(folder);
  if (cases === null) {
    return null;
  }
  const judged: Judged[] = cases.map(({ timesUnixMs, values, atUnixMs, erroneous }) => {
    const points = values.map((value, row) => ({ timeUnixMs: timesUnixMs[row] ?? 0, value }));
    const impact = changeImpact(points, { atUnixMs, windowMs: impactDefaults.windowMs });
    return {
      score: impact?.score ?? 0,
      flagged: impact !== null && impact.verdict !== "none",
      erroneous,
    };
  });
  const [auc, f1] = [aucOf(judged), f1Of(judged)];
  const always = f1Of(judged.map((one) => ({ ...one, flagged: true })));
  // Cases come in pairs of one KPI: halves by pair.
  const pairs = halvesOf(
    judged.map((_, index) => index >> 1).filter((_, index) => index % 2 === 0),
  );
  return {
    name: `kontrast, ${cases.length} changes`,
    measured: `AUC ${auc.toFixed(3)}, F1 ${f1.toFixed(3)} at the shipped threshold`,
    goal: "AUC >= .94, F1 >= .88",
    met: auc >= 0.94 && f1 >= 0.88,
    halves: pairs
      .map((half) => judged.filter((_, index) => half.includes(index >> 1)))
      .map((half) => `${aucOf(half).toFixed(3)}/${f1Of(half).toFixed(3)}`)
      .join(" and "),
    nothing: "AUC .5, F1 0",
    periodic: `always: AUC .5, F1 ${always.toFixed(3)}`,
    values: { auc, f1 },
  };
}

function aucOf(judged: readonly Judged[]): number {
  const bad = judged.filter(({ erroneous }) => erroneous);
  const good = judged.filter(({ erroneous }) => !erroneous);
  let above = 0;
  for (const { score } of bad) {
    above += good.filter((other) => other.score < score).length;
    above += good.filter((other) => other.score === score).length / 2;
  }
  return above / Math.max(1, bad.length * good.length);
}

function f1Of(judged: readonly Judged[]): number {
  const hits = judged.filter(({ flagged, erroneous }) => flagged && erroneous).length;
  const wrong = judged.filter(({ flagged, erroneous }) => flagged !== erroneous).length;
  return (2 * hits) / Math.max(1, 2 * hits + wrong);
}
