import type { Detection } from "../../core/model/finding.ts";
import { detectionId, stableId } from "../../core/model/identity.ts";
import type { GroupedAlarm } from "../alarm/group-alarms.ts";
import { growEvidence, noteAlarms } from "../alarm/note-alarms.ts";
import { scoreOf } from "../detectors/series/excerpt.ts";
import { advanceNovelValue, novelValueRule } from "../detectors/series/novel-value.ts";
import type { SeriesAlarm, SeriesMetric } from "../detectors/series/series-metric.ts";
import { followedMetrics } from "./metrics/followed-metrics.ts";
import { advanceSampling } from "./sampling-watch.ts";
import { type SeriesWindow, type ValueSighting, windowMs } from "./series-window.ts";
import { countSpansOf, passTime, type Silence, skipTime } from "./silence.ts";
import type { Stream } from "./stream.ts";
import { type FollowedSeries, type StreamState, seriesKey } from "./stream-state.ts";
import { isWarmingUp, throughWarmUp } from "./warm-up.ts";
import { floorToWindow } from "./watermark.ts";

const dayMs = 86_400_000;
const daysCounted = 4;
const maxSeries = 64;
const maxVersions = 32;

/** Id of a series; its readable form stands in `series_state`. */
export function seriesId(stream: Stream, metric: string, subject: string): string {
  return stableId(stream.tenant, stream.service, stream.environment, metric, subject);
}

/**
 * Takes one closed window into every series it speaks of; changes `state` in place. While the
 * sampling of the stream makes its rates unsound, they are neither judged nor learnt.
 *
 * @returns all of them; the strong ones are noted in `state.alarms` too, and become findings once
 *   the alarm path releases them.
 */
export function advanceWindow(
  stream: Stream,
  state: StreamState,
  closed: SeriesWindow,
): Detection[] {
  takeVersions(state, closed);
  countSpans(state, closed);
  const window = { ...closed, sampling: advanceSampling(state.sampling, closed) };
  const silent = advanceSilence(stream, state, window.startUnixMs);
  if (window.sampling.mark === "") {
    countSpansOf(state.silence, window.startUnixMs, window.spans);
  }
  const alarms = window.sampling.mark === "" ? judge(stream, state, window) : [];
  noteAlarms(
    state.alarms,
    alarms.filter(({ detection }) => detection.strength === "strong"),
  );
  state.seenUntilUnixMs = window.startUnixMs + windowMs;
  growEvidence(state.alarms, state.seenUntilUnixMs, (key) => state.series.get(key)?.state);
  return [...silent, ...alarms.map(({ detection }) => detection)];
}

/**
 * Lets time pass without spans; changes `state` in place.
 *
 * @returns the detection of a silence, which is noted in `state.alarms` as well.
 */
export function advanceSilence(
  stream: Stream,
  state: StreamState,
  untilUnixMs: number,
): Detection[] {
  if (state.sampling.mark !== "") {
    skipTime(state.silence, untilUnixMs);
    return [];
  }
  const silence = passTime(state.silence, untilUnixMs);
  if (silence === null) {
    return [];
  }
  const detection = toSilenceDetection(stream, state, silence);
  noteAlarms(state.alarms, [{ detection, series: silenceSeries, subject: "" }]);
  return [detection];
}

function judge(stream: Stream, state: StreamState, window: SeriesWindow): GroupedAlarm[] {
  const alarms: GroupedAlarm[] = [];
  const metrics = isWarmingUp(state, window.startUnixMs)
    ? followedMetrics.filter(({ type }) => type !== "performance_regression")
    : followedMetrics;
  for (const metric of metrics) {
    for (const subject of metric.subjects(window)) {
      const series = follow(state, metric, subject);
      const alarm = series === null ? null : metric.advance(series.state, window, subject);
      if (alarm !== null) {
        const detection = toDetection(stream, state, { metric, subject, window, alarm });
        alarms.push({
          detection,
          series: seriesKey({ metric: metric.metric, subject }),
          subject,
        });
      }
    }
  }
  return alarms;
}

/** Takes in the first use of a value within an hour; changes `state` in place. */
export function advanceSighting(
  stream: Stream,
  state: StreamState,
  sighting: ValueSighting,
): Detection[] {
  const novel = advanceNovelValue(state.values, sighting, state.firstUnixMs);
  if (novel === null) {
    return [];
  }
  const windowUnixMs = floorToWindow(sighting.timeUnixMs);
  const series = seriesId(stream, novelValueRule.metric, sighting.dimension);
  const { type, detector, ruleVersion } = novelValueRule;
  const key = {
    tenant: stream.tenant,
    traceId: "",
    spanId: "",
    series,
    rule: novel.rule,
    detector,
  };
  const part = `${new Date(windowUnixMs).toISOString()}/${sighting.value}`;
  return [
    {
      ...emptyDetection(stream),
      ...novel,
      id: detectionId(key, part),
      type,
      detector,
      ruleVersion,
      timeUnixMs: sighting.timeUnixMs,
      version: sighting.version,
      traceId: sighting.traceId,
      spanId: sighting.spanId,
      series,
      strength: "weak",
      maskedValue: novel.tool,
      location: sighting.dimension,
      onset: { fromUnixMs: sighting.timeUnixMs, toUnixMs: sighting.timeUnixMs },
    },
  ];
}

interface RaisedAlarm {
  readonly metric: SeriesMetric;
  readonly subject: string;
  readonly window: SeriesWindow;
  readonly alarm: SeriesAlarm;
}

function toDetection(
  stream: Stream,
  state: StreamState,
  { metric, subject, window, alarm }: RaisedAlarm,
): Detection {
  const series = seriesId(stream, metric.metric, subject);
  const { type, detector, ruleVersion } = metric;
  const key = {
    tenant: stream.tenant,
    traceId: "",
    spanId: "",
    series,
    rule: alarm.rule,
    detector,
  };
  return {
    ...emptyDetection(stream),
    ...alarm,
    id: detectionId(key, new Date(window.startUnixMs).toISOString()),
    type,
    detector,
    ruleVersion,
    timeUnixMs: window.startUnixMs,
    version: state.version,
    series,
    strength: alarm.strength ?? "strong",
    location: metric.metric,
    onset: type === "performance_regression" ? throughWarmUp(state, alarm.onset) : alarm.onset,
  };
}

const silenceSeries = "silence:";

function toSilenceDetection(stream: Stream, state: StreamState, silence: Silence): Detection {
  const series = seriesId(stream, "requests", "");
  const rule = { rule: "silence", detector: "no-data" } as const;
  const key = { tenant: stream.tenant, traceId: "", spanId: "", series, ...rule };
  const minutes = Math.round((silence.atUnixMs - silence.onset.toUnixMs) / windowMs) + 1;
  return {
    ...emptyDetection(stream),
    ...rule,
    id: detectionId(key, new Date(silence.atUnixMs).toISOString()),
    type: "no_data",
    ruleVersion: 1,
    timeUnixMs: silence.atUnixMs,
    version: state.version,
    series,
    strength: "strong",
    severity: "medium",
    score: scoreOf(silence.nats),
    targetClass: "requests",
    location: "requests",
    excerpt:
      `no spans for ${minutes} minutes, ${Math.round(silence.expected)} expected at this time ` +
      "of day; expected false alarms below 1e-8 per day",
    onset: silence.onset,
  };
}

function emptyDetection({ tenant, service, environment }: Stream) {
  return {
    tenant,
    service,
    environment,
    agent: "",
    tool: "",
    traceId: "",
    spanId: "",
    session: "",
    outcome: "success",
    maskedValue: "",
  } as const;
}

function follow(state: StreamState, metric: SeriesMetric, subject: string): FollowedSeries | null {
  const key = seriesKey({ metric: metric.metric, subject });
  const known = state.series.get(key);
  if (known !== undefined) {
    return known;
  }
  if (state.series.size >= maxSeries) {
    state.unfollowed += 1;
    return null;
  }
  const added = { metric: metric.metric, subject, state: metric.create() };
  state.series.set(key, added);
  return added;
}

function takeVersions(state: StreamState, { versions, startUnixMs }: SeriesWindow): void {
  const [only] = versions;
  if (versions.length === 1 && only !== undefined) {
    state.version = only;
  }
  for (const version of versions) {
    if (!state.versions.includes(version)) {
      state.versionSinceUnixMs = state.versions.length === 0 ? 0 : startUnixMs;
      state.versions = [...state.versions, version].slice(-maxVersions);
      state.version = version;
    }
  }
}

function countSpans(state: StreamState, { startUnixMs, spans }: SeriesWindow): void {
  const day = startUnixMs - (startUnixMs % dayMs);
  const newest = state.spansByDay.at(-1);
  if (newest?.[0] === day) {
    newest[1] += spans;
  } else {
    state.spansByDay = [...state.spansByDay, [day, spans] as [number, number]].slice(-daysCounted);
  }
}
