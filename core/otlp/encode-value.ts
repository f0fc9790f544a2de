import type { AttributeMap, AttributeValue, Resource, Scope } from "../model/telemetry.ts";
import type { ProtobufWriter } from "./writer.ts";

interface Grouped {
  readonly resource: Resource;
  readonly scope: Scope;
}

/**
 * Writes a request: records that share a resource object and a scope object go into one group,
 * in the order of first appearance.
 */
export function writeRequest<T extends Grouped>(
  writer: ProtobufWriter,
  records: readonly T[],
  writeRecords: (records: readonly T[]) => void,
): void {
  for (const [resource, ofResource] of Map.groupBy(records, (record) => record.resource)) {
    writer.message(1, () => {
      writer.message(1, () => writeAttributes(writer, 1, resource.attributes));
      for (const [scope, ofScope] of Map.groupBy(ofResource, (record) => record.scope)) {
        writer.message(2, () => {
          writer.message(1, () => writeScope(writer, scope));
          writeRecords(ofScope);
          writer.string(3, scope.schemaUrl);
        });
      }
      writer.string(3, resource.schemaUrl);
    });
  }
}

/** Repeated KeyValue. */
export function writeAttributes(
  writer: ProtobufWriter,
  field: number,
  attributes: AttributeMap,
): void {
  for (const [key, value] of attributes) {
    writer.message(field, () => {
      writer.string(1, key);
      writer.message(2, () => writeAnyValue(writer, value));
    });
  }
}

/** The content of an AnyValue. Whole numbers and bigints become int_value, others double_value. */
export function writeAnyValue(writer: ProtobufWriter, value: AttributeValue): void {
  if (typeof value === "string") {
    writer.writeString(1, value);
  } else if (typeof value === "boolean") {
    writer.writeBoolean(2, value);
  } else if (typeof value === "bigint") {
    writer.writeInt64(3, value);
  } else if (typeof value === "number") {
    writeNumber(writer, value);
  } else {
    writeObject(writer, value);
  }
}

function writeScope(writer: ProtobufWriter, scope: Scope): void {
  writer.string(1, scope.name);
  writer.string(2, scope.version);
  writeAttributes(writer, 3, scope.attributes);
}

function writeNumber(writer: ProtobufWriter, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    writer.writeInt64(3, BigInt(value));
  } else {
    writer.writeDouble(4, value);
  }
}

type ObjectValue = Exclude<AttributeValue, string | boolean | bigint | number>;

function writeObject(writer: ProtobufWriter, value: ObjectValue): void {
  if (value instanceof Uint8Array) {
    writer.writeBytes(7, value);
  } else if (isMap(value)) {
    writer.message(6, () => writeAttributes(writer, 1, value));
  } else if (value !== null) {
    writer.message(5, () => {
      value.forEach((item) => writer.message(1, () => writeAnyValue(writer, item)));
    });
  }
}

function isMap(value: ObjectValue): value is AttributeMap {
  return value instanceof Map;
}
