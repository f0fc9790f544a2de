import type { Store } from "../../core/store/store.ts";
import type { Inspector } from "../inspect/inspector.ts";
import type { PreparedSpan } from "./prepare-batch.ts";

const hourMs = 3_600_000;
/** Hours remembered as written; a forgotten one is only written again, which changes nothing. */
const maxRemembered = 100_000;

export interface HeartbeatWriter {
  /** Runs the canaries of each hour of event time that these spans are the first to reach. */
  beat(spans: readonly PreparedSpan[]): Promise<void>;
}

/**
 * Proof that the detectors are alive: for every tenant and hour with traffic each detector's
 * synthetic canary runs through the same code, and whether it was caught is written down.
 * Canaries never become rows, counts or findings.
 */
export function createHeartbeatWriter(
  store: Store,
  detectors: Pick<Inspector, "heartbeat">,
): HeartbeatWriter {
  const written = new Set<string>();
  return {
    async beat(spans) {
      const hours = newHours(spans, written);
      if (hours.size === 0) {
        return;
      }
      const rows = [...hours.values()].flatMap(({ tenant, hour }) =>
        detectors.heartbeat().map((canary) => ({
          Tenant: tenant,
          Detector: canary.detector,
          Type: canary.type,
          Hour: hour / 1000,
          RuleVersion: canary.ruleVersion,
          Passed: canary.passed ? 1 : 0,
          // A failure outweighs a pass of the same hour.
          Revision: canary.passed ? 1 : 2,
        })),
      );
      await store.insert("detector_heartbeats", rows);
      remember(written, hours.keys());
    },
  };
}

function newHours(
  spans: readonly PreparedSpan[],
  written: ReadonlySet<string>,
): Map<string, { tenant: string; hour: number }> {
  const hours = new Map<string, { tenant: string; hour: number }>();
  for (const { tenant, timeUnixMs } of spans) {
    const hour = timeUnixMs - (timeUnixMs % hourMs);
    const key = `${tenant}/${hour}`;
    if (!written.has(key)) {
      hours.set(key, { tenant, hour });
    }
  }
  return hours;
}

function remember(written: Set<string>, keys: Iterable<string>): void {
  if (written.size > maxRemembered) {
    written.clear();
  }
  for (const key of keys) {
    written.add(key);
  }
}
