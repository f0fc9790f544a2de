import type { Store } from "../../core/store/store.ts";

/** Count or exposure per hour, keyed by the hour's begin in Unix milliseconds. */
export type HourlyCounts = ReadonlyMap<number, number>;

export interface Scope {
  readonly tenant: string;
  readonly service: string;
  readonly environment: string;
  readonly fromUnixMs: number;
  readonly toUnixMs: number;
}

export interface FindingScope extends Scope {
  readonly fingerprint: string;
  /** Sessions are counted once before and once after this moment. */
  readonly splitUnixMs: number;
}

interface HourRow {
  readonly hour: string;
  readonly value: string;
}

const sessionsWithFinding = `
  SELECT toString(toUnixTimestamp(toStartOfHour(first))) AS hour, toString(count()) AS value
  FROM (
    SELECT min(Time) AS first
    FROM detections FINAL
    WHERE Tenant = {tenant:String} AND Fingerprint = {fingerprint:String} AND Retracted = 0
      AND Time >= fromUnixTimestamp64Milli({from:Int64})
      AND Time < fromUnixTimestamp64Milli({to:Int64})
      AND ({successOnly:UInt8} = 0 OR Outcome = 'success')
    GROUP BY if(Session = '', TraceId, Session),
      Time >= fromUnixTimestamp64Milli({split:Int64})
  )
  GROUP BY hour`;

/** Sessions with the finding by the hour of its first detection in them. */
export async function readFindingSessions(
  store: Store,
  scope: FindingScope,
  successOnly: boolean,
): Promise<HourlyCounts> {
  const rows = await store.query<HourRow>(sessionsWithFinding, {
    ...parameters(scope),
    fingerprint: scope.fingerprint,
    split: scope.splitUnixMs,
    successOnly: successOnly ? 1 : 0,
  });
  return byHour(rows);
}

const sessionsOfType = `
  SELECT toString(toUnixTimestamp(toStartOfHour(first))) AS hour, toString(count()) AS value
  FROM (
    SELECT min(Time) AS first
    FROM detections FINAL
    WHERE Tenant = {tenant:String} AND Type = {type:String} AND Retracted = 0
      AND Service != {service:String} AND Environment = {environment:String}
      AND Time >= fromUnixTimestamp64Milli({from:Int64})
      AND Time < fromUnixTimestamp64Milli({to:Int64})
    GROUP BY Service, if(Session = '', TraceId, Session),
      Time >= fromUnixTimestamp64Milli({split:Int64})
  )
  GROUP BY hour`;

/** The same type in every other service of the environment: the control series. */
export async function readControlSessions(
  store: Store,
  scope: FindingScope,
  type: string,
): Promise<HourlyCounts> {
  const rows = await store.query<HourRow>(sessionsOfType, {
    ...parameters(scope),
    type,
    split: scope.splitUnixMs,
  });
  return byHour(rows);
}

export interface Exposure {
  /** Distinct sessions that were active in each hour. */
  readonly sessions: HourlyCounts;
  /** When the newest span of each hour arrived, Unix milliseconds. */
  readonly receivedUnixMs: HourlyCounts;
}

const sessionsPerHour = `
  SELECT toString(toUnixTimestamp(toStartOfHour(Timestamp))) AS hour,
    toString(uniq(Session)) AS value,
    toString(max(toUnixTimestamp64Milli(ReceivedAt))) AS received
  FROM otel_traces
  WHERE Tenant = {tenant:String} AND Environment = {environment:String}
    AND (ServiceName = {service:String}) = ({others:UInt8} = 0)
    AND Timestamp >= fromUnixTimestamp64Milli({from:Int64})
    AND Timestamp < fromUnixTimestamp64Milli({to:Int64})
  GROUP BY hour`;

/** Sessions at risk per hour, of the service or of all others. */
export async function readExposure(store: Store, scope: Scope, others = false): Promise<Exposure> {
  const rows = await store.query<HourRow & { received: string }>(sessionsPerHour, {
    ...parameters(scope),
    others: others ? 1 : 0,
  });
  return {
    sessions: byHour(rows),
    receivedUnixMs: byHour(rows.map(({ hour, received }) => ({ hour, value: received }))),
  };
}

const newestSpan = `
  SELECT toString(toUnixTimestamp64Milli(toDateTime64(max(Timestamp), 3))) AS value
  FROM otel_traces
  WHERE Tenant = {tenant:String} AND ServiceName = {service:String}
    AND Environment = {environment:String}
    AND Timestamp >= fromUnixTimestamp64Milli({from:Int64})
    AND Timestamp < fromUnixTimestamp64Milli({to:Int64})`;

/** Event time of the newest span in the scope; 0 when there is none. */
export async function readEventTime(store: Store, scope: Scope): Promise<number> {
  const rows = await store.query<{ value: string }>(newestSpan, parameters(scope));
  return Number(rows[0]?.value ?? 0);
}

function parameters({ tenant, service, environment, fromUnixMs, toUnixMs }: Scope) {
  return { tenant, service, environment, from: fromUnixMs, to: toUnixMs };
}

function byHour(rows: readonly HourRow[]): HourlyCounts {
  return new Map(rows.map(({ hour, value }) => [Number(hour) * 1000, Number(value)]));
}
