import { ByteBuffer } from "./byte-buffer.ts";
import type { NativeColumnData } from "./columns.ts";

/** Rows by column in ClickHouse's `Native` format, ready to be stored or moved to a thread. */
export interface NativeBlock {
  /** Names and types, in order. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: number;
  /** The bytes, in pieces; each piece owns its memory. */
  readonly chunks: readonly Uint8Array<ArrayBuffer>[];
  /** True if the last column is {@link keepColumn}: rows that hold 0 there are not stored. */
  readonly filtered: boolean;
}

/** Name of the column that says which rows are wanted. */
export const keepColumn = "_keep";

export type NativeColumns = Readonly<Record<string, NativeColumnData>>;

/**
 * Makes a block of columns by name; they must not be used afterwards.
 *
 * @param keep one byte per row: 0 leaves the row out. The rows of a block cannot be taken out
 *   of its columns again, and few blocks have rows that must be.
 */
export function toNativeBlock(
  columns: NativeColumns,
  rows: number,
  keep: Uint8Array<ArrayBuffer> | null = null,
): NativeBlock {
  const entries = Object.entries(columns);
  const head = new ByteBuffer();
  head.varint(entries.length + (keep === null ? 0 : 1));
  head.varint(rows);
  const chunks: Uint8Array<ArrayBuffer>[] = [head.view()];
  for (const [name, column] of entries) {
    chunks.push(columnHead(name, column), ...column.chunks());
  }
  const described = entries.map(([name, { type }]) => ({ name, type }));
  if (keep !== null) {
    const column = { type: "UInt8", writePrefix: () => undefined, chunks: () => [keep] };
    chunks.push(columnHead(keepColumn, column), keep);
    described.push({ name: keepColumn, type: column.type });
  }
  return { columns: described, rows, chunks, filtered: keep !== null };
}

function columnHead(name: string, column: NativeColumnData): Uint8Array<ArrayBuffer> {
  const head = new ByteBuffer(128);
  head.string(name);
  head.string(column.type);
  column.writePrefix(head);
  return head.view();
}
