import { alarmNats } from "../detectors/series/cusum.ts";
import { natsOfScore, natsOfState } from "./alarm-evidence.ts";
import { type AlarmLog, pruneAlarms } from "./alarm-log.ts";
import { bySpecificity, type GroupedAlarm, joinGroup } from "./group-alarms.ts";

/** Evidence that grew for this long and was not enough is none. */
const growthMs = 6 * 3_600_000;

/** Takes the strong alarms of one window into the log of their stream, in place. */
export function noteAlarms(log: AlarmLog, alarms: readonly GroupedAlarm[]): void {
  for (const alarm of alarms.toSorted(bySpecificity)) {
    const { leadClass } = joinGroup(log.groups, alarm);
    const { detection, series } = alarm;
    const nats = natsOfScore(detection.score);
    log.candidates.push({
      detection,
      series,
      leadClass,
      nats,
      growing: true,
      released: false,
    });
  }
}

/**
 * Lets the evidence of alarms grow with what their series have seen since, in place. It stops
 * growing when the shift is over: what the series shows then is another story.
 *
 * @param stateOf what the detector of a series keeps.
 */
export function growEvidence(
  log: AlarmLog,
  nowUnixMs: number,
  stateOf: (series: string) => object | undefined,
): void {
  pruneAlarms(log, nowUnixMs);
  for (const candidate of log.candidates) {
    if (candidate.growing) {
      const state = stateOf(candidate.series);
      const nats = state === undefined ? null : natsOfState(state, candidate.detection.rule);
      candidate.nats = Math.max(candidate.nats, nats ?? 0);
      candidate.growing =
        nats !== null &&
        nats >= alarmNats / 2 &&
        nowUnixMs - candidate.detection.timeUnixMs < growthMs;
    }
  }
}
