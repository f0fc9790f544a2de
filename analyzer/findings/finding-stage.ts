import type { Clock } from "../../core/clock.ts";
import type { Commands } from "../../core/commands/commands.ts";
import type { Logger } from "../../core/log.ts";
import type { Change } from "../../core/model/change.ts";
import type { Detection } from "../../core/model/finding.ts";
import { createFindingAttributor } from "./finding-attributor.ts";
import { createFindingRefresher } from "./finding-refresher.ts";
import { createFindingStatusWriter } from "./finding-status.ts";
import type { FindingStores } from "./finding-stores.ts";
import { createPendingFingerprints } from "./pending-fingerprints.ts";
import { type DetectionArrival, planDetections } from "./plan-detections.ts";
import { readRecentFingerprints } from "./read-recent-fingerprints.ts";
import { retractDetections, touchedByRetraction } from "./retract-detections.ts";

export interface FindingStageDependencies {
  readonly store: FindingStores;
  readonly commands: Commands;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Turns detections into findings and ties findings to changes. Calls wait for one another. */
export interface FindingStage {
  /** Stores detections and brings their findings up to date; safe to repeat. */
  record(detections: readonly Detection[], arrival: DetectionArrival): Promise<void>;
  /** Takes detections back; findings that no longer follow become resolved (`recomputed`). */
  retract(detections: readonly Detection[]): Promise<void>;
  /** Attributes again every finding that these changes, already stored, may explain. */
  changesArrived(changes: readonly Change[]): Promise<void>;
  /** Does what was put off: large findings, and attributions with new evidence. */
  tick(): Promise<void>;
}

export function createFindingStage(dependencies: FindingStageDependencies): FindingStage {
  const { store: stores, commands, clock, logger } = dependencies;
  const statuses = createFindingStatusWriter(commands, clock);
  const attributor = createFindingAttributor({ stores, clock });
  const pending = createPendingFingerprints();
  const refresher = createFindingRefresher({
    stores,
    statuses,
    attributor,
    pending,
    clock,
    logger,
  });
  const serially = createSerializer();
  let recovered = false;

  /** A stop between detections and findings leaves findings behind; the first call catches up. */
  async function recover(): Promise<void> {
    if (!recovered) {
      pending.touch(await readRecentFingerprints(stores.reads));
      recovered = true;
    }
  }

  return {
    record: (detections, arrival) =>
      serially(async () => {
        await recover();
        const revision = clock.now();
        const plan = await planDetections(stores.reads, detections, { ...arrival, revision });
        // Touched first: an insert that fails may still have stored its rows.
        pending.touch(plan.touched);
        if (plan.rows.length > 0) {
          await stores.writes.insert("detections", plan.rows);
        }
        await refresher.refreshDue();
      }),
    retract: (detections) =>
      serially(async () => {
        await recover();
        pending.touch(touchedByRetraction(detections));
        await retractDetections(stores.writes, detections);
        await refresher.refreshDue();
      }),
    changesArrived: (changes) => serially(() => attributor.attributeAgain(changes)),
    tick: () =>
      serially(async () => {
        await recover();
        await refresher.refreshDue();
        await attributor.attributeDue();
      }),
  };
}

/** Runs tasks one after another; a task that fails does not stop the next. */
function createSerializer(): (task: () => Promise<void>) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const run = last.then(task);
    last = run.catch(() => undefined);
    return run;
  };
}
