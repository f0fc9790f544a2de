import type { AttributeMap, AttributeValue, Resource, Scope } from "../../model/telemetry.ts";
import { maxValueDepth } from "../limits.ts";
import { noAttributes } from "../no-attributes.ts";
import type { ProtobufReader } from "../reader.ts";
import { type ResourceGroup, type ScopeGroup, within } from "./walk-request.ts";

/** Reads one KeyValue into `attributes`; of equal keys the last wins. */
export function decodeAttribute(
  reader: ProtobufReader,
  end: number,
  attributes: AttributeMap,
): AttributeMap {
  return decodeKeyValue(reader, end, attributes, 0);
}

/** Reads one AnyValue; an empty one is null. `depth` counts the values around it. */
export function decodeAnyValue(reader: ProtobufReader, end: number, depth: number): AttributeValue {
  const stop = reader.delimited(end);
  if (depth >= maxValueDepth) {
    throw reader.error(reader.position, `a value at most ${maxValueDepth} deep`, "a deeper one");
  }
  let value: AttributeValue = null;
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    switch (tag) {
      case 10: // string_value
        value = reader.value(stop);
        break;
      case 16: // bool_value
        value = reader.varint(stop) !== 0;
        break;
      case 24: // int_value
        value = reader.int64(stop);
        break;
      case 33: // double_value
        value = reader.double(stop);
        break;
      case 42: // array_value
        value = decodeArray(reader, stop, depth + 1);
        break;
      case 50: // kvlist_value
        value = decodeMap(reader, stop, depth + 1);
        break;
      case 58: // bytes_value
        value = reader.copy(stop);
        break;
      default:
        reader.skip(tag, stop);
    }
  }
  return value;
}

/** Resource and scope of the records, decoded only when a record needs them, once per group. */
export class GroupDecoder {
  private readonly reader: ProtobufReader;
  private resourceGroup: ResourceGroup | null = null;
  private scopeGroup: ScopeGroup | null = null;
  private currentResource: Resource = { attributes: noAttributes, schemaUrl: "" };
  private currentScope: Scope = { name: "", version: "", attributes: noAttributes, schemaUrl: "" };

  constructor(reader: ProtobufReader) {
    this.reader = reader;
  }

  resource({ resourceGroup }: ScopeGroup): Resource {
    if (resourceGroup !== this.resourceGroup) {
      this.resourceGroup = resourceGroup;
      this.currentResource = {
        attributes: within(this.reader, resourceGroup.resource, decodeResourceAttributes),
        schemaUrl: within(this.reader, resourceGroup.schemaUrl, rangeText),
      };
    }
    return this.currentResource;
  }

  scope(group: ScopeGroup): Scope {
    if (group !== this.scopeGroup) {
      this.scopeGroup = group;
      const schemaUrl = within(this.reader, group.schemaUrl, rangeText);
      this.currentScope = { ...within(this.reader, group.scope, decodeScope), schemaUrl };
    }
    return this.currentScope;
  }
}

function decodeKeyValue(
  reader: ProtobufReader,
  end: number,
  attributes: AttributeMap,
  depth: number,
): AttributeMap {
  const stop = reader.delimited(end);
  let key = "";
  let value: AttributeValue = null;
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    if (tag === 10) {
      key = reader.key(stop);
    } else if (tag === 18) {
      value = decodeAnyValue(reader, stop, depth);
    } else {
      reader.skip(tag, stop);
    }
  }
  const target = attributes === noAttributes ? new Map<string, AttributeValue>() : attributes;
  return (target as Map<string, AttributeValue>).set(key, value);
}

function decodeArray(reader: ProtobufReader, end: number, depth: number): AttributeValue[] {
  const stop = reader.delimited(end);
  const values: AttributeValue[] = [];
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    if (tag === 10) {
      values.push(decodeAnyValue(reader, stop, depth));
    } else {
      reader.skip(tag, stop);
    }
  }
  return values;
}

function decodeMap(reader: ProtobufReader, end: number, depth: number): AttributeMap {
  const stop = reader.delimited(end);
  let entries: AttributeMap = new Map();
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    if (tag === 10) {
      entries = decodeKeyValue(reader, stop, entries, depth);
    } else {
      reader.skip(tag, stop);
    }
  }
  return entries;
}

function decodeResourceAttributes(reader: ProtobufReader, end: number): AttributeMap {
  let attributes = noAttributes;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === 10) {
      attributes = decodeAttribute(reader, end, attributes);
    } else {
      reader.skip(tag, end);
    }
  }
  return attributes;
}

function decodeScope(reader: ProtobufReader, end: number): Omit<Scope, "schemaUrl"> {
  let name = "";
  let version = "";
  let attributes = noAttributes;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === 10) {
      name = reader.string(end);
    } else if (tag === 18) {
      version = reader.string(end);
    } else if (tag === 26) {
      attributes = decodeAttribute(reader, end, attributes);
    } else {
      reader.skip(tag, end);
    }
  }
  return { name, version, attributes };
}

/** The text of a range; see `within`. */
export function rangeText(reader: ProtobufReader, end: number): string {
  return reader.bytes.toString("utf8", reader.position, end);
}
