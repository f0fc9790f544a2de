import {
  type CursorKey,
  encodeCursor,
  type Page,
  type PageRule,
} from "../../../core/http/paging.ts";
import type { Store } from "../../../core/store/store.ts";
import type { Stream } from "../stream.ts";

/** One followed series, with what it raised in the last 30 days of its time. */
export interface SeriesItem extends Omit<Stream, "tenant"> {
  readonly id: string;
  readonly metric: string;
  /** The operation, model or dimension that is measured; empty for the whole service. */
  readonly subject: string;
  readonly unit: string;
  /** End of the last window that its checkpoint has seen. */
  readonly seenUntil: string;
  readonly alerts: number;
  readonly lastAlertAt: string | null;
}

export interface SeriesFilter {
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
  readonly metric?: string | undefined;
  /** Only series that saw a window after this time, Unix milliseconds. */
  readonly sinceUnixMs?: number | undefined;
}

/** Paging of the list: service, environment, metric and id. */
export const seriesPageRule: PageRule = {
  defaultLimit: 100,
  maxLimit: 500,
  key: ["string", "string", "string", "string"],
};

const seriesColumns = `
  Series, Service, Environment, Metric, Subject, Unit, toUnixTimestamp(SeenUntil) AS SeenSeconds`;

// The row of what the series of a stream share is not a series itself.
const seriesList = `
  SELECT ${seriesColumns}
  FROM series_state FINAL
  WHERE Tenant = {tenant:String} AND Metric != 'stream'
    AND SeenUntil >= toDateTime({since:UInt32})
    AND ({anyService:UInt8} = 1 OR Service = {service:String})
    AND ({anyEnvironment:UInt8} = 1 OR Environment = {environment:String})
    AND ({metric:String} = '' OR Metric = {metric:String})
    AND (Service, Environment, Metric, Series) >
      ({afterService:String}, {afterEnvironment:String}, {afterMetric:String}, {after:String})
  ORDER BY Service, Environment, Metric, Series
  LIMIT {limit:UInt32}`;

const seriesById = `
  SELECT ${seriesColumns}
  FROM series_state FINAL
  WHERE Tenant = {tenant:String} AND Series = {id:String} AND Metric != 'stream'
  LIMIT 1`;

const alertsOfSeries = `
  SELECT Series, count() AS Alerts, toUnixTimestamp64Milli(max(d.Time)) AS LastMs
  FROM detections AS d FINAL
  WHERE Tenant = {tenant:String} AND Retracted = 0 AND Series IN {ids:Array(String)}
    AND Time >= fromUnixTimestamp64Milli({since:Int64})
  GROUP BY Series`;

interface SeriesColumns {
  readonly Series: string;
  readonly Service: string;
  readonly Environment: string;
  readonly Metric: string;
  readonly Subject: string;
  readonly Unit: string;
  readonly SeenSeconds: number;
}

interface AlertColumns {
  readonly Series: string;
  readonly Alerts: number | string;
  readonly LastMs: number | string;
}

const alertsKeptMs = 30 * 86_400_000;
/** What the store's times in seconds can hold. */
const latestSeconds = 2 ** 32 - 1;

/** The followed series of a tenant by service, environment and metric, from their checkpoints. */
export async function listSeries(
  store: Store,
  tenant: string,
  filter: SeriesFilter,
  page: Page,
): Promise<{ items: SeriesItem[]; nextCursor: string | null }> {
  const [afterService = "", afterEnvironment = "", afterMetric = "", after = ""] = page.after ?? [];
  const rows = await store.query<SeriesColumns>(seriesList, {
    tenant,
    service: filter.service ?? "",
    anyService: filter.service === undefined ? 1 : 0,
    environment: filter.environment ?? "",
    anyEnvironment: filter.environment === undefined ? 1 : 0,
    metric: filter.metric ?? "",
    since: Math.min(Math.max(0, Math.ceil((filter.sinceUnixMs ?? 0) / 1000)), latestSeconds),
    afterService,
    afterEnvironment,
    afterMetric,
    after,
    limit: page.limit + 1,
  });
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    items: await withAlerts(store, tenant, shown),
    nextCursor: rows.length > shown.length && last !== undefined ? cursorOf(last) : null,
  };
}

/** One series, or `null`. */
export async function readSeriesItem(
  store: Store,
  tenant: string,
  id: string,
): Promise<SeriesItem | null> {
  const rows = await store.query<SeriesColumns>(seriesById, { tenant, id });
  const [item] = await withAlerts(store, tenant, rows);
  return item ?? null;
}

async function withAlerts(
  store: Store,
  tenant: string,
  rows: readonly SeriesColumns[],
): Promise<SeriesItem[]> {
  if (rows.length === 0) {
    return [];
  }
  const newestMs = Math.max(...rows.map(({ SeenSeconds }) => SeenSeconds * 1000));
  const alerts = await store.query<AlertColumns>(alertsOfSeries, {
    tenant,
    ids: rows.map(({ Series }) => Series),
    since: newestMs - alertsKeptMs,
  });
  const bySeries = new Map(alerts.map((row) => [row.Series, row]));
  return rows.map((row) => toItem(row, bySeries.get(row.Series)));
}

function toItem(row: SeriesColumns, alerts: AlertColumns | undefined): SeriesItem {
  return {
    id: row.Series,
    service: row.Service,
    environment: row.Environment,
    metric: row.Metric,
    subject: row.Subject,
    unit: row.Unit,
    seenUntil: new Date(row.SeenSeconds * 1000).toISOString(),
    alerts: Number(alerts?.Alerts ?? 0),
    lastAlertAt: alerts === undefined ? null : new Date(Number(alerts.LastMs)).toISOString(),
  };
}

function cursorOf({ Service, Environment, Metric, Series }: SeriesColumns): string {
  const key: CursorKey = [Service, Environment, Metric, Series];
  return encodeCursor(key);
}
