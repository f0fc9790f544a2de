import type { SeriesMetric } from "../../detectors/series/series-metric.ts";
import type { Measurement, SeriesWindow } from "../series-window.ts";
import { type LevelFall, levelFall } from "./level-fall.ts";

/** Tokens per answer of a model. Rises cost money, which `cost-anomaly` tells. */
export const outputLengthFall: LevelFall = {
  metric: "output_length",
  unit: "tokens",
  type: "drift.behaviour",
  name: "output tokens per call",
  minFall: 0.3,
  subjects: ({ models }) =>
    models.filter(({ outputTokens = 0 }) => outputTokens > 0).map(({ model }) => model),
  totalOf({ models }, subject) {
    const usage = models.find(({ model }) => model === subject);
    return { total: usage?.outputTokens ?? 0, items: usage?.calls ?? 0 };
  },
};

/** Mean score of an evaluation by its name, a judge's or a user's. Scores of 0 and less are none. */
export const evaluationFall: LevelFall = {
  metric: "evaluation_score",
  unit: "score",
  type: "drift.behaviour",
  name: "evaluation score",
  minFall: 0.1,
  subjects: (window) => evaluationsOf(window).map(({ subject }) => subject),
  totalOf(window, subject) {
    const { total, items } = evaluationsOf(window).find((each) => each.subject === subject) ?? {
      total: 0,
      items: 0,
    };
    return { total, items };
  },
};

function evaluationsOf({ measurements = [] }: SeriesWindow): readonly Measurement[] {
  return measurements.filter(({ measure }) => measure === "evaluation");
}

/** Quantities that are watched for falls. */
export const levelFalls: readonly SeriesMetric[] = [outputLengthFall, evaluationFall].map(
  levelFall,
);
