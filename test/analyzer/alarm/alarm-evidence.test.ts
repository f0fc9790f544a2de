import { natsOfScore, natsOfState } from "../../../analyzer/alarm/alarm-evidence.ts";
import { createAlarmLog } from "../../../analyzer/alarm/alarm-log.ts";
import { growEvidence, noteAlarms } from "../../../analyzer/alarm/note-alarms.ts";
import { alarmNats } from "../../../analyzer/detectors/series/cusum.ts";
import { scoreOf } from "../../../analyzer/detectors/series/excerpt.ts";
import { seriesMetrics } from "../../../analyzer/detectors/series/series-metrics.ts";
import { makeDetection } from "../../helpers/detection.ts";

const start = Date.UTC(2026, 10, 20);
const hour = 3_600_000;

it("evidence is read back from a score, up to the cap of a CUSUM", () => {
  for (const nats of [alarmNats, 20, 30]) {
    expect(natsOfScore(scoreOf(nats))).toBeCloseTo(nats, 6);
  }
  expect(natsOfScore(1)).toBe(2 * alarmNats);
  expect(natsOfScore(scoreOf(1e6))).toBe(2 * alarmNats);
});

it.each(seriesMetrics.map((metric) => [metric.metric, metric] as const))(
  "the state of %s tells its evidence",
  (_, metric) => {
    const state: object = JSON.parse(JSON.stringify(metric.create()));
    expect(natsOfState(state, "latency-p95")).toBe(0);
    expect(natsOfState(state, "latency-p50")).toBe(0);
  },
);

describe("the evidence of an alarm", () => {
  const series = "error_rate:chat";
  const detection = { ...makeDetection({ series }), timeUnixMs: start, score: scoreOf(16) };
  const alarm = { detection, series, subject: "chat" };

  it("grows while the shift lasts and never falls", () => {
    const log = createAlarmLog();
    noteAlarms(log, [alarm]);
    const seen = [18, 17, 25].map((sum, index) => {
      growEvidence(log, start + index * 60_000, () => ({ cusum: { sum } }));
      return log.candidates[0]?.nats;
    });
    expect(seen).toEqual([18, 18, 25]);
  });

  it("does not grow with another shift of the same series", () => {
    const log = createAlarmLog();
    noteAlarms(log, [alarm]);
    for (const sum of [2, 30]) {
      growEvidence(log, start + 60_000, () => ({ cusum: { sum } }));
    }
    expect(log.candidates[0]?.nats).toBeCloseTo(16, 6);
    const late = createAlarmLog();
    noteAlarms(late, [alarm]);
    growEvidence(late, start + 7 * hour, () => ({ cusum: { sum: 20 } }));
    growEvidence(late, start + 7 * hour, () => ({ cusum: { sum: 30 } }));
    expect(late.candidates[0]?.nats).toBeLessThan(25);
  });

  it("is forgotten with its windows, and bounded", () => {
    const log = createAlarmLog();
    for (let index = 0; index < 200; index++) {
      const each = { ...detection, timeUnixMs: start + index };
      noteAlarms(log, [{ ...alarm, detection: each }]);
    }
    growEvidence(log, start + hour, () => undefined);
    expect(log.candidates).toHaveLength(64);
    growEvidence(log, start + 36 * 24 * hour, () => undefined);
    expect(log).toEqual(createAlarmLog());
  });
});
