import type { Detection } from "../../core/model/finding.ts";
import { stableId } from "../../core/model/identity.ts";
import type { Store } from "../../core/store/store.ts";
import { novelValueRule } from "../detectors/series/novel-value.ts";
import { seriesId } from "./advance-stream.ts";
import { followedMetrics } from "./metrics/followed-metrics.ts";
import type { Stream } from "./stream.ts";
import { type FollowedSeries, type StreamState, seriesKey } from "./stream-state.ts";

/** A stream's state with the detections it has raised, newest last. */
export interface StreamCheckpoint {
  readonly stream: Stream;
  readonly state: StreamState;
  readonly raised: readonly Detection[];
}

interface StateRow {
  readonly Tenant: string;
  readonly Service: string;
  readonly Environment: string;
  readonly Series: string;
  readonly Metric: string;
  readonly Subject: string;
  readonly Unit: string;
  readonly SeenUntil: number;
  readonly State: string;
  readonly Revision: number;
}

const streamMetric = "stream";
const units: ReadonlyMap<string, string> = new Map([
  ...followedMetrics.map(({ metric, unit }) => [metric, unit] as const),
  [novelValueRule.metric, novelValueRule.unit],
]);

/** Writes a row per series, and one for what the series of a stream share. */
export async function writeCheckpoints(
  store: Store,
  checkpoints: readonly StreamCheckpoint[],
  revision: number,
): Promise<void> {
  for (const checkpoint of checkpoints) {
    await store.insert("series_state", toRows(checkpoint, revision));
  }
}

// A checkpoint is one insert, but rows of an older one survive for series that it lacks.
const newestStates = `
  SELECT Tenant, Service, Environment, Series, Metric, Subject, Unit,
    toUnixTimestamp(SeenUntil) AS SeenUntil, State, Revision
  FROM series_state FINAL
  ORDER BY Tenant, Service, Environment, Series`;

/** Reads the newest checkpoint of every stream. */
export async function readCheckpoints(store: Store): Promise<StreamCheckpoint[]> {
  const rows = await store.query<StateRow>(newestStates);
  const byStream = Map.groupBy(rows, ({ Tenant, Service, Environment }) =>
    JSON.stringify([Tenant, Service, Environment]),
  );
  return [...byStream.values()].flatMap((group) => {
    const shared = group.find(({ Metric }) => Metric === streamMetric);
    return shared === undefined ? [] : toCheckpoint(shared, group);
  });
}

/** Raised when states change their shape: older ones are left aside and computed again. */
const stateFormat = 3;

type SharedState = Omit<StreamState, "series"> & {
  readonly format: number;
  readonly order: readonly string[];
  readonly raised: readonly Detection[];
};

function toRows({ stream, state, raised }: StreamCheckpoint, revision: number): StateRow[] {
  const { series, ...rest } = state;
  const { tenant, service, environment } = stream;
  function row(metric: string, subject: string, value: object): StateRow {
    return {
      Tenant: tenant,
      Service: service,
      Environment: environment,
      Series: metric === streamMetric ? streamId(stream) : seriesId(stream, metric, subject),
      Metric: metric,
      Subject: subject,
      Unit: units.get(metric) ?? "",
      SeenUntil: state.seenUntilUnixMs / 1000,
      State: JSON.stringify(value),
      Revision: revision,
    };
  }
  const shared: SharedState = { ...rest, format: stateFormat, order: [...series.keys()], raised };
  return [
    row(streamMetric, "", shared),
    ...[...series.values()].map((entry) => row(entry.metric, entry.subject, entry.state)),
    ...state.values.sets.map((set) => row(novelValueRule.metric, set.dimension, {})),
  ];
}

function toCheckpoint(shared: StateRow, rows: readonly StateRow[]): StreamCheckpoint[] {
  const { format, order, raised, ...rest } = JSON.parse(shared.State) as SharedState;
  if (format !== stateFormat) {
    return [];
  }
  const entries = new Map(
    rows
      .filter(({ Revision }) => Revision === shared.Revision)
      .map(({ Metric, Subject, State }): [string, FollowedSeries] => [
        seriesKey({ metric: Metric, subject: Subject }),
        { metric: Metric, subject: Subject, state: JSON.parse(State) as object },
      ]),
  );
  // Series keep the order in which they appeared, so that a resumed state equals the original.
  const series = new Map(
    order.flatMap((key) => {
      const entry = entries.get(key);
      return entry === undefined ? [] : [[key, entry] as const];
    }),
  );
  const stream = {
    tenant: shared.Tenant,
    service: shared.Service,
    environment: shared.Environment,
  };
  return [{ stream, state: { ...rest, series }, raised }];
}

function streamId({ tenant, service, environment }: Stream): string {
  return stableId(tenant, service, environment, streamMetric);
}
