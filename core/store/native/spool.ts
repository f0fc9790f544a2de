import { mkdirSync, rmSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { NativeBlock } from "./native-block.ts";

/** Files that chdb reads blocks from: its own way to take bytes accepts text formats only. */
export interface Spool {
  /** Writes the block to a file, gives its path to `use`, and removes it afterwards. */
  with<T>(block: NativeBlock, use: (path: string) => Promise<T>): Promise<T>;
}

/**
 * Opens the spool in `dir`, emptied of what an unclean stop left there. Its files live for one
 * insert and are never synced, so they mostly do not reach the disk; what is in them is masked.
 */
export function openSpool(dir: string): Spool {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  let count = 0;
  return {
    async with(block, use) {
      count += 1;
      const path = join(dir, `${count}.native`);
      try {
        await write(path, block);
        return await use(path);
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}

async function write(path: string, { chunks }: NativeBlock): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    for (let start = 0; start < chunks.length; start += maxPieces) {
      const pieces = chunks.slice(start, start + maxPieces);
      const expected = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
      const { bytesWritten } = await file.writev(pieces);
      if (bytesWritten < expected) {
        throw new Error(`expected room for ${expected} bytes in ${path}, got ${bytesWritten}`);
      }
    }
  } finally {
    await file.close();
  }
}

/** Pieces of one call; the system allows 1024 (IOV_MAX). */
const maxPieces = 512;
