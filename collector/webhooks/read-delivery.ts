import type { Change } from "../../core/model/change.ts";
import { type ChangeTimeRule, checkTimes } from "../changes/check-times.ts";
import { readNativeChange } from "../changes/native-change.ts";
import type { AcceptedItem, ReadChanges, RejectedItem } from "../changes/read-changes.ts";
import type { Fields } from "../changes/read-fields.ts";
import { RejectedChange } from "../changes/rejected-change.ts";
import { textAt } from "./payload.ts";
import type { EventContext, WebhookForge } from "./webhook-forge.ts";

export interface Delivery {
  readonly forge: WebhookForge;
  /** As the forge names it; not to be trusted. */
  readonly event: string;
  readonly payload: Fields;
  readonly context: EventContext;
  readonly tenant: string;
}

/**
 * The changes a delivery announces. One that announces none is ignored: an event nobody reads,
 * or an action that alters nothing.
 */
export function readDelivery(
  { forge, event, payload, context, tenant }: Delivery,
  nowUnixMs: number,
  rule: ChangeTimeRule,
): ReadChanges {
  const reader = Object.hasOwn(forge.events, event) ? forge.events[event] : undefined;
  const statements = reader?.(payload, context) ?? [];
  const accepted: AcceptedItem[] = [];
  const rejected: RejectedItem[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      const change: Change = { ...readNativeChange(statement, tenant), source: forge.name };
      checkTimes(change, nowUnixMs, rule);
      accepted.push({ index, change });
    } catch (error) {
      if (!(error instanceof RejectedChange)) {
        throw error;
      }
      rejected.push({ index, reason: error.reason, detail: error.message });
    }
  }
  return { accepted, rejected, ignored: statements.length === 0 ? 1 : 0 };
}

/** What an ignored delivery is called in the answer: event and action, as far as they are names. */
export function nameOfEvent(event: string, payload: Fields): string {
  const action = textAt(payload, "action");
  return [event, action].filter((text) => /^[A-Za-z0-9_-]{1,64}$/.test(text)).join(".") || "event";
}
