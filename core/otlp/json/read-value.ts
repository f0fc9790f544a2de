import type { AttributeMap, AttributeValue, Resource, Scope } from "../../model/telemetry.ts";
import { noAttributes } from "../no-attributes.ts";
import { refusal } from "../refusal.ts";
import {
  booleanAt,
  doubleAt,
  int64At,
  type JsonContext,
  type JsonObject,
  listAt,
  mapObjects,
  objectAt,
  stringAt,
  wrongShape,
} from "./fields.ts";

const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

export function readResource(context: JsonContext, group: JsonObject): Resource {
  const resource = objectAt(group, "resource");
  return {
    attributes: resource === null ? noAttributes : readAttributes(context, resource),
    schemaUrl: stringAt(context, group, "schemaUrl"),
  };
}

export function readScope(context: JsonContext, group: JsonObject): Scope {
  const scope = objectAt(group, "scope") ?? {};
  return {
    name: stringAt(context, scope, "name"),
    version: stringAt(context, scope, "version"),
    attributes: readAttributes(context, scope),
    schemaUrl: stringAt(context, group, "schemaUrl"),
  };
}

export function readAttributes(
  context: JsonContext,
  parent: JsonObject,
  field = "attributes",
): AttributeMap {
  return readEntries(context, parent, field, 1);
}

/** An AnyValue or null; `depth` is 1 for a value that is not inside another. */
export function readAnyValue(
  context: JsonContext,
  value: JsonObject | null,
  depth: number,
): AttributeValue {
  if (depth > context.maxDepth) {
    context.flags |= refusal.tooDeep;
    return null;
  }
  if (value === null) {
    return null;
  }
  return isSet(value, "arrayValue") || isSet(value, "kvlistValue")
    ? readNested(context, value, depth)
    : readScalar(context, value);
}

function readScalar(context: JsonContext, value: JsonObject): AttributeValue {
  if (isSet(value, "stringValue")) {
    return stringAt(context, value, "stringValue");
  }
  if (isSet(value, "intValue")) {
    return exactNumber(int64At(value, "intValue"));
  }
  if (isSet(value, "doubleValue")) {
    return doubleAt(value, "doubleValue");
  }
  if (isSet(value, "boolValue")) {
    return booleanAt(value, "boolValue");
  }
  return isSet(value, "bytesValue") ? readBytes(context, value) : null;
}

function readNested(context: JsonContext, value: JsonObject, depth: number): AttributeValue {
  const array = objectAt(value, "arrayValue");
  if (array !== null) {
    return listAt(array, "values").length === 0
      ? []
      : mapObjects(array, "values", (item) => readAnyValue(context, item, depth + 1));
  }
  const entries = objectAt(value, "kvlistValue");
  return entries === null ? null : new Map(readEntries(context, entries, "values", depth + 1));
}

function readEntries(
  context: JsonContext,
  parent: JsonObject,
  field: string,
  depth: number,
): AttributeMap {
  const entries = new Map<string, AttributeValue>();
  mapObjects(parent, field, (item) => {
    const value = readAnyValue(context, objectAt(item, "value"), depth);
    entries.set(stringAt(context, item, "key"), value);
  });
  return entries.size === 0 ? noAttributes : entries;
}

function readBytes(context: JsonContext, value: JsonObject): Uint8Array {
  const text = stringAt(context, value, "bytesValue");
  if (!base64.test(text)) {
    throw wrongShape("bytesValue", "base64", text);
  }
  return new Uint8Array(Buffer.from(text, "base64"));
}

function exactNumber(integer: bigint): number | bigint {
  const value = Number(integer);
  return Number.isSafeInteger(value) ? value : integer;
}

function isSet(value: JsonObject, field: string): boolean {
  return (value[field] ?? null) !== null;
}
