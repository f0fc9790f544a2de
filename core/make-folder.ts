import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a folder and those above it that are missing, for this user alone.
 *
 * One level at a time: `mkdir` with `recursive` asks for ever below file systems that make no
 * folders, such as `/proc`, instead of failing.
 *
 * @throws the system's error (ENOENT, EACCES, EROFS, …) for the first folder that cannot be made.
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at) && at !== dirname(at); at = dirname(at)) {
    missing.push(at);
  }
  for (const folder of missing.toReversed()) {
    makeOne(folder);
  }
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it in between.
    if (!existsSync(folder)) {
      throw error;
    }
  }
}
