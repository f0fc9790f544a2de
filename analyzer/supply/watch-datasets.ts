import type { Clock } from "../../core/clock.ts";
import type { Store } from "../../core/store/store.ts";
import type { FindingStage } from "../findings/finding-stage.ts";
import { findDatasetShifts } from "./find-dataset-shifts.ts";

/** The same stage, which also records what new versions of data sets differ in. */
export function watchDatasets(findings: FindingStage, reads: Store, clock: Clock): FindingStage {
  return {
    ...findings,
    async changesArrived(changes) {
      const shifts = await findDatasetShifts(reads, changes);
      if (shifts.length > 0) {
        await findings.record(shifts, { stage: "change", receivedAtUnixMs: clock.now() });
      }
      await findings.changesArrived(changes);
    },
  };
}
