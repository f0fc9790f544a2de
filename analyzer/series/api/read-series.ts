import type { Store } from "../../../core/store/store.ts";
import { changePoints } from "../../detectors/series/change-points.ts";
import { readWindows } from "../read-windows.ts";
import { windowMs } from "../series-window.ts";
import { streamKey } from "../stream.ts";
import { seriesViews } from "../views/registry.ts";
import type { SeriesView } from "../views/series-view.ts";
import { readSeriesItem, type SeriesItem } from "./list-series.ts";
import { readSeriesAlerts, type SeriesAlert } from "./read-series-alerts.ts";

/** A stretch of a series; windows nobody was seen in are absent. */
export interface SeriesPoint {
  readonly time: string;
  readonly value: number | null;
  /** What the detector expects at this time of day, as of its last checkpoint. */
  readonly baseline: number | null;
  readonly items: number;
}

export interface SeriesChangePoint {
  /** Start of the first window of the new level. */
  readonly time: string;
  readonly pValue: number;
  /** Relative change of the mean. */
  readonly effect: number;
}

export interface SeriesDetail extends SeriesItem {
  readonly stepSeconds: number;
  readonly windows: readonly SeriesPoint[];
  /** In order of time; the newest 200. */
  readonly detections: readonly SeriesAlert[];
  readonly changePoints: readonly SeriesChangePoint[];
}

export interface SeriesRange {
  /** Absent: a day before the end. */
  readonly sinceUnixMs?: number | undefined;
  /** Absent: what the series has seen. */
  readonly untilUnixMs?: number | undefined;
}

const dayMs = 86_400_000;
const mostWindows = 480;
/** Lengths of a window that people can read: a minute to a day. */
const stepsMs = [1, 5, 15, 30, 60, 180, 360, 720, 1440].map((minutes) => minutes * windowMs);
const longestMs = 35 * dayMs;

const stateOfSeries = `
  SELECT State FROM series_state FINAL
  WHERE Tenant = {tenant:String} AND Service = {service:String}
    AND Environment = {environment:String} AND Series = {id:String}
  LIMIT 1`;

/** One series with at most 480 windows, or `null`. A longer stretch has longer windows. */
export async function readSeries(
  store: Store,
  tenant: string,
  id: string,
  range: SeriesRange,
): Promise<SeriesDetail | null> {
  const item = await readSeriesItem(store, tenant, id);
  if (item === null) {
    return null;
  }
  const untilUnixMs = Math.min(range.untilUnixMs ?? Infinity, Date.parse(item.seenUntil));
  const sinceUnixMs = Math.max(range.sinceUnixMs ?? untilUnixMs - dayMs, untilUnixMs - longestMs);
  const stepMs = stepOf(untilUnixMs - sinceUnixMs);
  const bounds = {
    fromUnixMs: floorTo(sinceUnixMs, stepMs),
    toUnixMs: Math.max(sinceUnixMs, untilUnixMs),
    stepMs,
  };
  const view = seriesViews.get(item.metric);
  const windows = view === undefined ? [] : await readPoints(store, { tenant, item, view }, bounds);
  return {
    ...item,
    stepSeconds: stepMs / 1000,
    windows,
    detections: await readSeriesAlerts(store, tenant, id, bounds),
    changePoints: pointsOf(windows),
  };
}

interface Shown {
  readonly tenant: string;
  readonly item: SeriesItem;
  readonly view: SeriesView;
}

interface Bounds {
  readonly fromUnixMs: number;
  readonly toUnixMs: number;
  readonly stepMs: number;
}

async function readPoints(
  store: Store,
  { tenant, item, view }: Shown,
  bounds: Bounds,
): Promise<SeriesPoint[]> {
  const { id, service, environment, subject } = item;
  const stream = { tenant, service, environment };
  const read = await readWindows(store, { tenant, streams: [stream], ...bounds });
  const rows = await store.query<{ State: string }>(stateOfSeries, { ...stream, id });
  const baselineAt = baselineOf(view, rows[0]?.State);
  return (read.get(streamKey(stream))?.windows ?? []).flatMap((window) => {
    const { value, items } = view.value(window, subject, bounds.stepMs);
    return value === null && items === 0
      ? []
      : {
          time: new Date(window.startUnixMs).toISOString(),
          value: finite(value),
          baseline: finite(baselineAt(window.startUnixMs + bounds.stepMs / 2)),
          items,
        };
  });
}

/** A state of an older shape has no baseline to show; its detector starts anew as well. */
function baselineOf(
  view: SeriesView,
  state: string | undefined,
): (timeUnixMs: number) => number | null {
  if (state === undefined) {
    return () => null;
  }
  const parsed = JSON.parse(state) as object;
  return (timeUnixMs) => {
    try {
      return view.baseline(parsed, timeUnixMs);
    } catch (error) {
      if (error instanceof TypeError) {
        return null;
      }
      throw error;
    }
  };
}

function pointsOf(windows: readonly SeriesPoint[]): SeriesChangePoint[] {
  const measured = windows.flatMap(({ time, value }) => (value === null ? [] : { time, value }));
  return changePoints(measured.map(({ value }) => value)).flatMap(({ index, pValue, effect }) => {
    const point = measured[index];
    return point === undefined ? [] : { time: point.time, pValue, effect };
  });
}

function stepOf(lengthMs: number): number {
  return stepsMs.find((stepMs) => lengthMs / stepMs <= mostWindows) ?? dayMs;
}

function floorTo(unixMs: number, stepMs: number): number {
  return Math.floor(unixMs / stepMs) * stepMs;
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
