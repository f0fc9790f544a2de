import type { IncomingHttpHeaders } from "node:http";
import { type Fields, isFields, readId, readText } from "./read-fields.ts";
import { RejectedChange } from "./rejected-change.ts";

/** The attributes of a CloudEvent 1.0 that change events need, and its decoded data. */
export interface CloudEvent {
  readonly id: string;
  readonly type: string;
  /** RFC 3339, or empty. */
  readonly time: string;
  readonly data: Fields;
}

/** Whether an object that came as plain JSON is a CloudEvent in structured form. */
export function looksLikeCloudEvent(fields: Fields): boolean {
  return Object.hasOwn(fields, "specversion") && !Object.hasOwn(fields, "kind");
}

/** @throws RejectedChange unless the object is a CloudEvent 1.0 with JSON data. */
export function readStructuredEvent(fields: Fields): CloudEvent {
  return { ...readAttributes(fields), data: readData(fields) };
}

/** Whether the request is a CloudEvent in binary form: attributes as `ce-*` headers. */
export function isBinaryEvent(headers: IncomingHttpHeaders): boolean {
  return headers["ce-specversion"] !== undefined || headers["ce-type"] !== undefined;
}

/** @throws RejectedChange unless headers and body make a CloudEvent 1.0 with JSON data. */
export function readBinaryEvent(headers: IncomingHttpHeaders, body: unknown): CloudEvent {
  const attributes = Object.fromEntries(
    ["specversion", "id", "source", "type", "time"].map((name) => [
      name,
      decodeHeader(headers[`ce-${name}`]),
    ]),
  );
  return { ...readAttributes(attributes), data: requireObject(body) };
}

function readAttributes(fields: Fields): Omit<CloudEvent, "data"> {
  if (readText(fields, "specversion", 1024) !== "1.0") {
    throw new RejectedChange("unsupported_specversion", "specversion: expected 1.0");
  }
  const id = readId(fields, "id", 256);
  const type = readText(fields, "type", 256);
  if (id === "" || readText(fields, "source", 2048) === "") {
    throw new RejectedChange("missing_id", "a CloudEvent needs id and source");
  }
  if (type === "") {
    throw new RejectedChange("missing_type", "a CloudEvent needs a type");
  }
  return { id, type, time: readText(fields, "time", 64) };
}

function readData(fields: Fields): Fields {
  if (!Object.hasOwn(fields, "data_base64")) {
    return requireObject(fields["data"]);
  }
  const encoded = fields["data_base64"];
  if (typeof encoded !== "string") {
    throw new RejectedChange("wrong_type", "data_base64: expected text");
  }
  return requireObject(parseJson(Buffer.from(encoded, "base64").toString("utf8")));
}

/** Data may also be a JSON document inside a string. */
function requireObject(data: unknown): Fields {
  const value = typeof data === "string" ? parseJson(data) : data;
  if (!isFields(value)) {
    throw new RejectedChange("bad_data", "data: expected a CDEvent as a JSON object");
  }
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The HTTP binding percent-encodes what a header cannot carry. */
function decodeHeader(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return text;
  }
}
