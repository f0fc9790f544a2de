import type { IncomingHttpHeaders } from "node:http";
import type { Change } from "../../core/model/change.ts";
import { readCdeventChange } from "./cdevent-change.ts";
import { type ChangeTimeRule, checkTimes } from "./check-times.ts";
import {
  isBinaryEvent,
  looksLikeCloudEvent,
  readBinaryEvent,
  readStructuredEvent,
} from "./cloud-event.ts";
import { readNativeChange } from "./native-change.ts";
import { isFields } from "./read-fields.ts";
import { type ChangeRejection, RejectedChange } from "./rejected-change.ts";

/** The forms a change event comes in, by media type. */
export const changeMediaTypes = {
  "application/json": "native",
  "application/cloudevents+json": "structured",
  "application/cloudevents-batch+json": "batch",
} as const;

export type ChangeForm = (typeof changeMediaTypes)[keyof typeof changeMediaTypes];

export interface AcceptedItem {
  readonly index: number;
  readonly change: Change;
}

export interface RejectedItem {
  readonly index: number;
  readonly reason: ChangeRejection;
  /** What was expected and what came, for people. */
  readonly detail: string;
}

export interface ReadChanges {
  readonly accepted: readonly AcceptedItem[];
  readonly rejected: readonly RejectedItem[];
}

export interface ChangesRequest {
  readonly form: ChangeForm;
  readonly headers: IncomingHttpHeaders;
  /** The parsed body. */
  readonly body: unknown;
}

/** Reads every change of a request on its own: one bad item never costs the others. */
export function readChanges(
  request: ChangesRequest,
  tenant: string,
  nowUnixMs: number,
  rule: ChangeTimeRule,
): ReadChanges {
  const accepted: AcceptedItem[] = [];
  const rejected: RejectedItem[] = [];
  for (const [index, read] of itemsOf(request, tenant).entries()) {
    try {
      const change = read();
      checkTimes(change, nowUnixMs, rule);
      accepted.push({ index, change });
    } catch (error) {
      if (!(error instanceof RejectedChange)) {
        throw error;
      }
      rejected.push({ index, reason: error.reason, detail: error.message });
    }
  }
  return { accepted, rejected };
}

function itemsOf({ form, headers, body }: ChangesRequest, tenant: string): (() => Change)[] {
  if (form === "native" && isBinaryEvent(headers)) {
    return [() => readCdeventChange(readBinaryEvent(headers, body), tenant)];
  }
  const items: unknown[] = Array.isArray(body) && form !== "structured" ? body : [body];
  return items.map((item) => () => readItem(item, form, tenant));
}

function readItem(item: unknown, form: ChangeForm, tenant: string): Change {
  if (!isFields(item)) {
    throw new RejectedChange("not_an_object", "expected a change as a JSON object");
  }
  return form !== "native" || looksLikeCloudEvent(item)
    ? readCdeventChange(readStructuredEvent(item), tenant)
    : readNativeChange(item, tenant);
}
