import { type AlarmLog, createAlarmLog } from "../alarm/alarm-log.ts";
import { createNovelValueState, type NovelValueState } from "../detectors/series/novel-value.ts";
import { createSamplingWatch, type SamplingWatch } from "./sampling-watch.ts";
import { createSilenceWatch, type SilenceWatch } from "./silence.ts";

/** One followed series: which it is, and what its detector keeps. */
export interface FollowedSeries {
  readonly metric: string;
  readonly subject: string;
  readonly state: object;
}

/** Everything that is remembered about a stream; plain JSON but for the map. */
export interface StreamState {
  /** End of the last window that was taken in. */
  seenUntilUnixMs: number;
  readonly firstUnixMs: number;
  /** The newest `service.version`: the last one that appeared for the first time. */
  version: string;
  versions: string[];
  /** When the newest version appeared on a stream that had another; 0 for never. */
  versionSinceUnixMs: number;
  readonly series: Map<string, FollowedSeries>;
  readonly values: NovelValueState;
  readonly sampling: SamplingWatch;
  readonly silence: SilenceWatch;
  /** Alarms that wait for more evidence, and what they have in common. */
  readonly alarms: AlarmLog;
  /** Spans taken in per day, newest days only: tells a checkpoint that missed late data. */
  spansByDay: [dayUnixMs: number, spans: number][];
  /** Series beyond the cap, counted per window. */
  unfollowed: number;
}

export function createStreamState(firstUnixMs: number): StreamState {
  return {
    seenUntilUnixMs: firstUnixMs,
    firstUnixMs,
    version: "",
    versions: [],
    versionSinceUnixMs: 0,
    series: new Map(),
    values: createNovelValueState(),
    sampling: createSamplingWatch(),
    silence: createSilenceWatch(),
    alarms: createAlarmLog(),
    spansByDay: [],
    unfollowed: 0,
  };
}

/** JSON of a state; equal states give equal text. */
export function serializeStreamState({ series, ...rest }: StreamState): string {
  return JSON.stringify({ ...rest, series: [...series.values()] });
}

export function parseStreamState(text: string): StreamState {
  const parsed = JSON.parse(text) as Omit<StreamState, "series"> & { series: FollowedSeries[] };
  const series = new Map(parsed.series.map((entry) => [seriesKey(entry), entry]));
  return { ...parsed, series };
}

export function seriesKey({ metric, subject }: Pick<FollowedSeries, "metric" | "subject">): string {
  return `${metric}:${subject}`;
}
