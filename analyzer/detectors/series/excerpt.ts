import { alarmNats, falseAlarmsPerDay } from "./cusum.ts";
import type { LevelShift } from "./level-shift.ts";

/** A name from telemetry as `[a-z0-9._-]`, at most 40 characters; empty becomes `unknown`. */
export function sanitizeName(name: string): string {
  const safe = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .slice(0, 40);
  return safe === "" ? "unknown" : safe;
}

/** `+42 % (99 % interval +31 % to +54 %)` and the false-alarm rate, for a level shift. */
export function levelShiftExcerpt(
  subject: string,
  shift: LevelShift,
  show: (value: number) => string,
): string {
  return (
    `${subject}: ${show(shift.baseline)} expected, ${show(shift.observed)} seen, ` +
    `${signedPercent(shift.effect)} (99 % interval ${signedPercent(shift.effectFrom)} to ` +
    `${signedPercent(shift.effectTo)}); ${falseAlarmText(shift.cellMs)}`
  );
}

export function falseAlarmText(cellMs: number): string {
  return `expected false alarms ${falseAlarmsPerDay(cellMs).toPrecision(1)} per day`;
}

/** 0.9 at the alarm threshold, rising towards 1 with the evidence: 1 − 10^(−nats/threshold). */
export function scoreOf(nats: number): number {
  return 1 - 10 ** (-nats / alarmNats);
}

function signedPercent(ratio: number): string {
  return `${ratio < 0 ? "" : "+"}${Math.round(100 * ratio)} %`;
}
