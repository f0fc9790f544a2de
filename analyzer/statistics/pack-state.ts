/**
 * A detector's state as JSON and back, to the bit: typed arrays become base64 and numbers that
 * JSON does not know (NaN, the infinities) become words.
 */
export function packState(state: object): string {
  return JSON.stringify(state, (_, value: unknown) => {
    if (ArrayBuffer.isView(value)) {
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      return { $: value.constructor.name, bytes: bytes.toString("base64") };
    }
    return typeof value === "number" && !Number.isFinite(value) ? { $: String(value) } : value;
  });
}

/** @throws TypeError for a text that `packState` did not write. */
export function unpackState(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || !("$" in value)) {
      return value;
    }
    const bytes = "bytes" in value && typeof value.bytes === "string" ? value.bytes : null;
    return bytes === null ? Number(value.$) : toArray(String(value.$), bytes);
  });
}

function toArray(name: string, base64: string): Float32Array | Int8Array {
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  switch (name) {
    case "Float32Array":
      return new Float32Array(bytes.buffer);
    case "Int8Array":
      return new Int8Array(bytes.buffer);
    default:
      throw new TypeError(`expected Float32Array or Int8Array, got ${name}`);
  }
}
