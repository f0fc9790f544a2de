import type { AttributeValue } from "../../core/model/telemetry.ts";

/**
 * Text form of one attribute value in the `Map(String, String)` columns, as the OpenTelemetry
 * ClickHouse exporter writes it: strings as they are, lists and maps as JSON, bytes as base64.
 */
export function attributeText(value: AttributeValue): string {
  if (typeof value === "string") {
    return value;
  }
  if (value === null) {
    return "";
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  }
  return typeof value === "object" ? JSON.stringify(toJson(value)) : String(value);
}

function toJson(value: AttributeValue): unknown {
  if (value instanceof Uint8Array) {
    return attributeText(value);
  }
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  }
  if (Array.isArray(value)) {
    return value.map(toJson);
  }
  if (value instanceof Map) {
    // fromEntries defines own properties, so a key such as __proto__ stays a plain key.
    return Object.fromEntries([...value].map(([key, item]) => [key, toJson(item)]));
  }
  return value;
}
