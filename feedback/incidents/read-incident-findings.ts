import {
  type FindingItem,
  readFinding,
  readFindingItems,
} from "../../core/findings/read-findings.ts";
import type { Finding } from "../../core/model/finding.ts";
import type { Store } from "../../core/store/store.ts";

/** The findings of an incident: the one that leads with its evidence, the others without. */
export interface IncidentFindings {
  readonly lead: Finding;
  readonly others: readonly FindingItem[];
}

/** Reads findings by id, the lead first; undefined when the lead is not there. */
export async function readIncidentFindings(
  store: Store,
  tenant: string,
  [leadId = "", ...otherIds]: readonly string[],
): Promise<IncidentFindings | undefined> {
  const lead = await readFinding(store, tenant, leadId);
  if (lead === null) {
    return undefined;
  }
  const others = otherIds.length === 0 ? [] : await readFindingItems(store, tenant, otherIds);
  return { lead, others };
}
