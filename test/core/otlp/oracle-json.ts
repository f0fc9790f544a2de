import type { Plain } from "./oracle.ts";

const ids = new Set(["traceId", "spanId", "parentSpanId"]);

/** The OTLP JSON of a message: ids in hex, other bytes in base64, special doubles by name. */
export function toOtlpJson(request: Plain): Uint8Array {
  return Buffer.from(JSON.stringify(convert(request, "")));
}

function convert(value: unknown, field: string): unknown {
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value);
    return ids.has(field) ? bytes.toString("hex").toUpperCase() : bytes.toString("base64");
  }
  if (Array.isArray(value)) {
    return value.map((item) => convert(item, field));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, convert(item, key)]),
    );
  }
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
