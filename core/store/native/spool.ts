import { closeSync, mkdirSync, openSync, rmSync, writevSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import { freeMemory } from "../../free-memory.ts";
import type { NativeBlock } from "./native-block.ts";

/** A block in a file. */
export interface SpooledBlock extends Omit<NativeBlock, "chunks"> {
  readonly path: string;
}

/** Files that chdb reads blocks from: its own way to take bytes accepts text formats only. */
export interface Spool {
  /** Writes the block to a file, gives that to `use`, and removes it afterwards. */
  with<T>(block: NativeBlock, use: (spooled: SpooledBlock) => Promise<T>): Promise<T>;
}

/**
 * Makes `dir` an empty spool: what an unclean stop left there is removed. Its files live for one
 * insert and are never synced, so they mostly do not reach the disk; what is in them is masked.
 */
export function clearSpool(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
}

/** Opens a spool that `clearSpool` made; several threads may use it at once. */
export function openSpool(dir: string): Spool {
  let count = 0;
  return {
    async with({ chunks, ...block }, use) {
      count += 1;
      const path = join(dir, `${threadId}-${count}.native`);
      try {
        write(path, chunks);
        return await use({ ...block, path });
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}

/**
 * At once, without giving way: the caller's thread goes on to prepare the next batch, which
 * takes long, and the store should have this one before.
 */
function write(path: string, chunks: NativeBlock["chunks"]): void {
  const file = openSync(path, "wx", 0o600);
  try {
    for (let start = 0; start < chunks.length; start += maxPieces) {
      const pieces = chunks.slice(start, start + maxPieces);
      const expected = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
      const written = writevSync(file, pieces);
      if (written < expected) {
        throw new Error(`expected room for ${expected} bytes in ${path}, got ${written}`);
      }
    }
  } finally {
    closeSync(file);
    for (const chunk of chunks) {
      freeMemory(chunk);
    }
  }
}

/** Pieces of one call; the system allows 1024 (IOV_MAX). */
const maxPieces = 512;
