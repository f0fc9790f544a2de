import type { IncomingHttpHeaders } from "node:http";
import type { Config } from "../../core/config/config.ts";
import type { Change } from "../../core/model/change.ts";
import {
  checkSigned,
  looksLikeSupplyDocument,
  readSupplyDocument,
  type SupplyContext,
} from "../supply/supply-document.ts";
import { looksLikeAgentTrace, readAgentTrace } from "./agent-trace.ts";
import { readCdeventChange } from "./cdevent-change.ts";
import { type ChangeTimeRule, checkTimes } from "./check-times.ts";
import {
  isBinaryEvent,
  looksLikeCloudEvent,
  readBinaryEvent,
  readStructuredEvent,
} from "./cloud-event.ts";
import { readNativeChange } from "./native-change.ts";
import { type Fields, isFields } from "./read-fields.ts";
import { type ChangeRejection, RejectedChange } from "./rejected-change.ts";

/** The forms a change event comes in, by media type. */
export const changeMediaTypes = {
  "application/json": "native",
  "application/cloudevents+json": "structured",
  "application/cloudevents-batch+json": "batch",
  "application/vnd.in-toto+json": "supply",
  "application/vnd.dsse.envelope.v1+json": "supply",
  "application/vnd.dev.sigstore.bundle.v0.3+json": "supply",
  "application/vnd.cyclonedx+json": "supply",
  "application/spdx+json": "supply",
  "application/vnd.agent-trace.record+json": "agent-trace",
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
  /** Items that are well formed and say nothing about a change. */
  readonly ignored: number;
}

export interface ChangesRequest {
  readonly form: ChangeForm;
  readonly headers: IncomingHttpHeaders;
  /** The query of the URL, which says what a document cannot. */
  readonly query?: Fields;
  /** The parsed body. */
  readonly body: unknown;
}

/** What the configuration says about changes: their times, and whose attestations to believe. */
export type ChangeRule = ChangeTimeRule & Partial<Pick<Config, "attestations">>;

/** Reads every change of a request on its own: one bad item never costs the others. */
export function readChanges(
  request: ChangesRequest,
  tenant: string,
  nowUnixMs: number,
  rule: ChangeRule,
): ReadChanges {
  const accepted: AcceptedItem[] = [];
  const rejected: RejectedItem[] = [];
  let ignored = 0;
  const context = {
    tenant,
    query: request.query ?? {},
    nowUnixMs,
    keys: rule.attestations?.keys ?? [],
  };
  for (const [index, read] of itemsOf(request, context).entries()) {
    try {
      const change = read();
      if (change === null) {
        ignored += 1;
      } else {
        checkTimes(change, nowUnixMs, rule);
        checkSigned(change, context);
        accepted.push({ index, change });
      }
    } catch (error) {
      if (!(error instanceof RejectedChange)) {
        throw error;
      }
      rejected.push({ index, reason: error.reason, detail: error.message });
    }
  }
  return { accepted, rejected, ignored };
}

function itemsOf(request: ChangesRequest, context: SupplyContext): (() => Change | null)[] {
  const { form, headers, body } = request;
  if (form === "native" && isBinaryEvent(headers)) {
    return [() => readCdeventChange(readBinaryEvent(headers, body), context.tenant)];
  }
  const items: unknown[] = Array.isArray(body) && form !== "structured" ? body : [body];
  return items.map((item) => () => readItem(item, form, context));
}

function readItem(item: unknown, form: ChangeForm, context: SupplyContext): Change | null {
  if (!isFields(item)) {
    throw new RejectedChange("not_an_object", "expected a change as a JSON object");
  }
  if (form === "supply" || (form === "native" && looksLikeSupplyDocument(item))) {
    return readSupplyDocument(item, context);
  }
  if (form === "agent-trace" || (form === "native" && looksLikeAgentTrace(item))) {
    return readAgentTrace(item, context.tenant);
  }
  return form !== "native" || looksLikeCloudEvent(item)
    ? readCdeventChange(readStructuredEvent(item), context.tenant)
    : readNativeChange(item, context.tenant);
}
