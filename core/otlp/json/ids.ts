import { spanIdOrEmpty, traceIdOrEmpty } from "../ids.ts";
import { refusal } from "../refusal.ts";
import { type JsonContext, type JsonObject, wrongShape } from "./fields.ts";

const traceIdHex = /^[0-9a-fA-F]{32}$/;
const spanIdHex = /^[0-9a-fA-F]{16}$/;

/** A trace id that must be there; hex in any case, kept in lower case. */
export function requiredTraceId(context: JsonContext, parent: JsonObject): string {
  return required(context, optionalTraceId(context, parent));
}

export function requiredSpanId(context: JsonContext, parent: JsonObject): string {
  return required(context, optionalSpanId(context, parent, "spanId"));
}

export function optionalTraceId(context: JsonContext, parent: JsonObject): string {
  return traceIdOrEmpty(hexAt(context, parent, "traceId", traceIdHex));
}

export function optionalSpanId(context: JsonContext, parent: JsonObject, field: string): string {
  return spanIdOrEmpty(hexAt(context, parent, field, spanIdHex));
}

function required(context: JsonContext, id: string): string {
  if (id === "") {
    context.flags |= refusal.invalidId;
  }
  return id;
}

function hexAt(context: JsonContext, parent: JsonObject, field: string, pattern: RegExp): string {
  const value = parent[field] ?? "";
  if (typeof value !== "string") {
    throw wrongShape(field, "a string of hex digits", value);
  }
  if (value !== "" && !pattern.test(value)) {
    context.flags |= refusal.invalidId;
    return "";
  }
  return value.toLowerCase();
}
