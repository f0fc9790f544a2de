import { existsSync, readdirSync } from "node:fs";
import { chmod, copyFile, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock } from "../clock.ts";
import { DataFolderError } from "../data-folder.ts";
import { makeFolder } from "../make-folder.ts";
import { newestVersion } from "../store/migrate.ts";
import { dataFolder, keyFolder } from "./back-up.ts";
import { copyEntry, digestFile, listTree } from "./copy-tree.ts";
import { BackupError, type Manifest, manifestFile, parseManifest } from "./manifest.ts";
import { type StoppedData, withStoppedStore } from "./stopped-store.ts";

export interface RestoreOptions extends StoppedData {
  /** The folder of a backup. */
  readonly source: string;
  /** Moves data that is there out of the way, instead of refusing. */
  readonly force: boolean;
  /** Where the queue's key belongs. */
  readonly keyPath: (keyId: string) => string;
  readonly clock: Clock;
}

export interface Restored {
  readonly manifest: Manifest;
  /** Where the data went that was there before; `null` if there was none. */
  readonly movedTo: string | null;
  /** The key file that was put back, or that has to be there before the service starts. */
  readonly keyPath: string | null;
  readonly keyRestored: boolean;
}

/**
 * Puts a backup in the place of the data folder. All of it is checked and copied beside the folder
 * first; the data that is there is moved away only then, and never deleted.
 *
 * @throws BackupError when the backup is broken or of a newer version.
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { source, dataDir, clock } = options;
  const manifest = await readBackup(source);
  const isOccupied = existsSync(dataDir) && readdirSync(dataDir).length > 0;
  if (isOccupied) {
    await requireStopped(options);
  }
  const staging = `${dataDir}.restoring`;
  await rm(staging, { recursive: true, force: true });
  try {
    await copyData(manifest, source, staging);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
  const movedTo = isOccupied ? `${dataDir}.before-${stamp(clock)}` : null;
  if (movedTo !== null) {
    await rename(dataDir, movedTo);
  } else {
    await rm(dataDir, { recursive: true, force: true });
  }
  makeFolder(dirname(dataDir));
  await rename(staging, dataDir);
  return { manifest, movedTo, ...(await restoreKey(options, manifest)) };
}

/** Checks a backup against its manifest: nothing missing, nothing altered, nothing put in. */
async function readBackup(source: string): Promise<Manifest> {
  const file = join(source, manifestFile);
  if (!existsSync(file)) {
    throw new BackupError(`${source} holds no ${manifestFile}: it is not a whole backup`);
  }
  const manifest = parseManifest(await readFile(file, "utf8"));
  const newest = newestVersion();
  if (manifest.schema > newest) {
    throw new BackupError(
      `the backup was written by a newer version of Telltale (${manifest.version}): its schema is ` +
        `${manifest.schema}, this program knows up to ${newest}. Restore it with that version`,
    );
  }
  const known = new Map(manifest.entries.map((entry) => [entry.path, entry]));
  const present = await listTree(source, (path) => path === manifestFile || path === keyFolder);
  for (const { path, kind } of present) {
    if (known.get(path)?.kind !== kind) {
      throw new BackupError(`${path} is not what the manifest says: the backup was altered`);
    }
  }
  for (const entry of manifest.entries) {
    if (entry.kind === "file") {
      await checkFile(source, entry);
    }
  }
  const missing = known.size - present.length - (manifest.keyIncluded ? 1 : 0);
  if (missing !== 0) {
    throw new BackupError(`${missing} files of the manifest are missing: the backup is broken`);
  }
  return manifest;
}

async function checkFile(
  source: string,
  { path, bytes, sha256 }: { path: string; bytes: number; sha256: string },
): Promise<void> {
  const found = await digestFile(join(source, path)).catch((cause: unknown) => {
    throw new BackupError(`${path} cannot be read: the backup is broken`, { cause });
  });
  if (found.bytes !== bytes || found.sha256 !== sha256) {
    throw new BackupError(`${path} is not as it was backed up: the backup is broken`);
  }
}

async function requireStopped(options: RestoreOptions): Promise<void> {
  const { dataDir, force } = options;
  if (existsSync(join(dataDir, "store"))) {
    await withStoppedStore(options, async () => undefined);
  }
  if (!force) {
    throw new DataFolderError(
      `The data folder ${dataDir} is not empty. Name another one, or add --force: what is there ` +
        "is then moved aside, not deleted.",
    );
  }
}

async function copyData(manifest: Manifest, source: string, staging: string): Promise<void> {
  makeFolder(staging);
  const prefix = `${dataFolder}/`;
  for (const { kind, path } of manifest.entries) {
    if (path.startsWith(prefix)) {
      await copyEntry({ kind, path: path.slice(prefix.length) }, join(source, dataFolder), staging);
    }
  }
}

async function restoreKey(
  { source, keyPath, dataDir }: RestoreOptions,
  manifest: Manifest,
): Promise<{ keyPath: string | null; keyRestored: boolean }> {
  const record = join(dataDir, "queue-key.json");
  if (!existsSync(record)) {
    return { keyPath: null, keyRestored: false };
  }
  const id = /"id":"([0-9a-f]{16})"/.exec(await readFile(record, "utf8"))?.[1];
  if (id === undefined) {
    throw new BackupError("queue-key.json does not name a key: the backup is broken");
  }
  const path = keyPath(id);
  if (!manifest.keyIncluded || existsSync(path)) {
    return { keyPath: path, keyRestored: false };
  }
  makeFolder(dirname(path));
  await copyFile(join(source, keyFolder, id), path);
  await chmod(path, 0o600);
  return { keyPath: path, keyRestored: true };
}

function stamp(clock: Clock): string {
  return new Date(clock.now())
    .toISOString()
    .replace(/[^0-9]/g, "")
    .slice(0, 14);
}
