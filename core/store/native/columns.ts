import { ByteBuffer } from "./byte-buffer.ts";

/**
 * One column of a block in ClickHouse's `Native` format.
 *
 * Source: SerializationLowCardinality, SerializationArray and SerializationMap of ClickHouse;
 * the tests read every type back through the engine.
 */
export interface NativeColumn<Value> extends NativeColumnData {
  append(value: Value): void;
}

export interface NativeColumnData {
  /** Its ClickHouse type. */
  readonly type: string;
  /** What stands before the data of a column: the versions of its dictionaries. */
  writePrefix(out: ByteBuffer): void;
  /** The bytes of all values; the memory is the column's own and is given away. */
  chunks(): Uint8Array<ArrayBuffer>[];
}

/** A column whose values lie one after another in one buffer. */
function flatColumn<Value>(
  type: string,
  bytes: ByteBuffer,
  append: (value: Value) => void,
): NativeColumn<Value> {
  return { type, append, writePrefix: () => undefined, chunks: () => [bytes.view()] };
}

export function uint8Column(): NativeColumn<number> {
  const bytes = new ByteBuffer();
  return flatColumn("UInt8", bytes, (value) => bytes.uint8(value));
}

export function boolColumn(): NativeColumn<boolean> {
  const bytes = new ByteBuffer();
  return flatColumn("Bool", bytes, (value) => bytes.uint8(value ? 1 : 0));
}

export function int32Column(): NativeColumn<number> {
  const bytes = new ByteBuffer();
  return flatColumn("Int32", bytes, (value) => bytes.int32(value));
}

export function uint32Column(): NativeColumn<number> {
  const bytes = new ByteBuffer();
  return flatColumn("UInt32", bytes, (value) => bytes.uint32(value));
}

/** Whole numbers from 0 to 2^53, or any as bigint. */
export function uint64Column(): NativeColumn<number | bigint> {
  const bytes = new ByteBuffer();
  return flatColumn("UInt64", bytes, (value) => {
    if (typeof value === "bigint") {
      bytes.int64(value);
    } else {
      bytes.uint64(value);
    }
  });
}

export function float64Column(): NativeColumn<number> {
  const bytes = new ByteBuffer();
  return flatColumn("Float64", bytes, (value) => bytes.float64(value));
}

/** Greatest nanosecond `DateTime64(9)` holds: 2262-04-11. */
const maxUnixNano = 9_223_372_036_854_775_807n;

/** Nanoseconds since 1970; later than the type can hold becomes the latest. */
export function nanosecondColumn(): NativeColumn<bigint> {
  const bytes = new ByteBuffer();
  return flatColumn("DateTime64(9)", bytes, (unixNano) =>
    bytes.int64(unixNano > maxUnixNano ? maxUnixNano : unixNano),
  );
}

/** Milliseconds since 1970. */
export function millisecondColumn(): NativeColumn<number> {
  const bytes = new ByteBuffer();
  return flatColumn("DateTime64(3)", bytes, (unixMs) => bytes.uint64(unixMs));
}

export interface StringColumn extends NativeColumn<string> {
  readonly bytes: ByteBuffer;
}

export function stringColumn(expectedBytes?: number): StringColumn {
  const bytes = new ByteBuffer(expectedBytes);
  return { ...flatColumn<string>("String", bytes, (value) => bytes.string(value)), bytes };
}

/** Version of the dictionary's form: `SharedDictionariesWithAdditionalKeys`. */
const dictionaryVersion = 1;
/** Indexes of 32 bits, keys in this block (bit 9), which replace those before (bit 10). */
const dictionaryForm = 2 + (1 << 9) + (1 << 10);

export interface DictionaryColumn extends NativeColumn<string> {
  /** The place of a text among the distinct ones, in order of appearance. */
  indexOf(value: string): number;
}

/** `LowCardinality(String)`: each distinct text once, and its index per row. */
export function dictionaryColumn(): DictionaryColumn {
  const places = new Map<string, number>();
  const keys = new ByteBuffer();
  const indexes = new ByteBuffer();
  let lastText: string | null = null;
  let lastPlace = 0;

  function indexOf(value: string): number {
    // Rows of one request mostly repeat the value of the row before.
    if (value === lastText) {
      return lastPlace;
    }
    let place = places.get(value);
    if (place === undefined) {
      place = places.size;
      places.set(value, place);
      keys.string(value);
    }
    lastText = value;
    lastPlace = place;
    return place;
  }

  return {
    type: "LowCardinality(String)",
    indexOf,
    append: (value) => indexes.uint32(indexOf(value)),
    writePrefix: (out) => out.uint64(dictionaryVersion),
    chunks() {
      if (indexes.length === 0) {
        return [];
      }
      const head = new ByteBuffer(16);
      head.uint64(dictionaryForm);
      head.uint64(places.size);
      const rows = new ByteBuffer(8);
      rows.uint64(indexes.length / 4);
      return [head.view(), keys.view(), rows.view(), indexes.view()];
    },
  };
}

/** `Array(…)` of another column's values. */
export function arrayColumn<Value>(items: NativeColumn<Value>): NativeColumn<readonly Value[]> {
  const ends = new ByteBuffer();
  let end = 0;
  return {
    type: `Array(${items.type})`,
    append(values) {
      for (const value of values) {
        items.append(value);
      }
      end += values.length;
      ends.uint64(end);
    },
    writePrefix: (out) => items.writePrefix(out),
    chunks: () => [ends.view(), ...items.chunks()],
  };
}

export interface MapColumn<Item> extends NativeColumn<ReadonlyMap<string, Item>> {
  readonly values: ByteBuffer;
}

/** `Map(LowCardinality(String), String)`; `toText` gives a value as text. */
export function mapColumn<Item>(
  toText: (item: Item) => string,
  expectedBytes?: number,
): MapColumn<Item> {
  const ends = new ByteBuffer();
  const keys = dictionaryColumn();
  const values = stringColumn(expectedBytes);
  let end = 0;
  return {
    type: "Map(LowCardinality(String), String)",
    values: values.bytes,
    append(map) {
      for (const [key, item] of map) {
        keys.append(key);
        values.append(toText(item));
      }
      end += map.size;
      ends.uint64(end);
    },
    writePrefix: (out) => keys.writePrefix(out),
    chunks: () => [ends.view(), ...keys.chunks(), ...values.chunks()],
  };
}
