import type { Clock } from "../../core/clock.ts";
import type { Config } from "../../core/config/config.ts";
import type { Logger } from "../../core/log.ts";
import type { Detection } from "../../core/model/finding.ts";
import type { Store } from "../../core/store/store.ts";
import { createOpenTraces, type OpenTrace } from "./open-traces.ts";
import { readTraces } from "./read-traces.ts";
import type { StoredTrace, TraceDetector } from "./stored-trace.ts";

export interface TraceStageDependencies {
  readonly store: { readonly reads: Store };
  readonly detectors: readonly TraceDetector[];
  readonly config: Pick<Config["analyzer"], "traceQuietSeconds" | "traceMaxOpenSeconds">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Runs trace detectors over whole traces, read from the store once they are quiet. */
export interface TraceStage {
  /** Says which traces a stored batch touched; give only those worth looking at. */
  observe(batch: readonly { tenant: string; traceIds: readonly string[] }[]): void;
  /**
   * Looks at the traces that are due. A span that comes later makes its trace due again, with
   * the same detection ids. A call that fails loses nothing: the traces stay due.
   */
  tick(): Promise<Detection[]>;
}

/** About 60 MB. */
const maxTraces = 200_000;

export function createTraceStage(dependencies: TraceStageDependencies): TraceStage {
  const { store, detectors, config, clock } = dependencies;
  const maxOpenMs = config.traceMaxOpenSeconds * 1000;
  const quietMs = config.traceQuietSeconds * 1000;
  const open = createOpenTraces({ quietMs, maxOpenMs, maxTraces });
  let recovered = false;

  async function recover(): Promise<void> {
    for (const { tenant, traceIds } of await readRecentTraces(store.reads, maxOpenMs + quietMs)) {
      for (const traceId of traceIds) {
        open.restored(tenant, traceId, clock.now());
      }
    }
    recovered = true;
  }

  return {
    observe(batch) {
      const now = clock.now();
      // Without detectors nothing would ever take the traces out again.
      for (const { tenant, traceIds } of detectors.length > 0 ? batch : []) {
        for (const traceId of traceIds) {
          open.arrived(tenant, traceId, now);
        }
      }
    },

    async tick() {
      if (detectors.length === 0) {
        return [];
      }
      if (!recovered) {
        await recover();
      }
      const due = open.due(clock.now());
      const detections = await inspectTraces(dependencies, due);
      open.close(due);
      return detections;
    },
  };
}

async function inspectTraces(
  dependencies: TraceStageDependencies,
  due: readonly OpenTrace[],
): Promise<Detection[]> {
  const detections: Detection[] = [];
  for (const [tenant, group] of Map.groupBy(due, (trace) => trace.tenant)) {
    const traceIds = group.map(({ traceId }) => traceId);
    for await (const trace of readTraces(dependencies.store.reads, tenant, traceIds)) {
      detections.push(...inspectTrace(dependencies, trace));
    }
  }
  return detections;
}

/** A detector that throws loses its own result only. */
function inspectTrace(
  { detectors, logger }: TraceStageDependencies,
  trace: StoredTrace,
): Detection[] {
  return detectors.flatMap((detector) => {
    try {
      return detector.inspect(trace);
    } catch (error) {
      logger.error({ err: error, detector: detector.id }, "Trace detector failed");
      return [];
    }
  });
}

// What was tracked is lost at a stop: suspect traces that were still open then are looked at
// again. "Then" is the newest arrival, however long ago that is.
const recentTraces = `
  SELECT Tenant AS tenant, groupUniqArray({most:UInt32})(TraceId) AS traceIds
  FROM detections
  WHERE TraceId != '' AND ReceivedAt >=
    (SELECT max(ReceivedAt) FROM detections) - toIntervalMillisecond({ms:Int64})
  GROUP BY Tenant`;

function readRecentTraces(
  store: Store,
  milliseconds: number,
): Promise<{ tenant: string; traceIds: string[] }[]> {
  return store.query(recentTraces, { ms: Math.ceil(milliseconds), most: maxTraces });
}
