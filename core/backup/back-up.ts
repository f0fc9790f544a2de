import { existsSync, readdirSync } from "node:fs";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { openKey } from "../keys/open-key.ts";
import { makeFolder } from "../make-folder.ts";
import type { Store } from "../store/store.ts";
import { copyEntry, digestFile, listTree, syncFile } from "./copy-tree.ts";
import { BackupError, type Manifest, type ManifestEntry, manifestFile } from "./manifest.ts";
import { requireData, type StoppedData, withStoppedStore } from "./stopped-store.ts";

export interface BackupOptions extends StoppedData {
  /** A folder that is missing or empty. */
  readonly target: string;
  /** Copies the queue's key too: whoever has the backup can then read what waits in the queue. */
  readonly includeKey: boolean;
  readonly keyFile: string;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  readonly clock: Clock;
}

/** The copy of the data, below the folder of a backup. */
export const dataFolder = "data";
export const keyFolder = "key";

/**
 * Copies the whole data folder of a stopped service: store, queue, commands, audit. The folder is
 * opened and closed as a service would before and after: a service that runs refuses it, and one
 * that was started in between is noticed.
 */
export async function backUp(options: BackupOptions): Promise<Manifest> {
  const { dataDir, target } = options;
  requireData(dataDir);
  requireEmpty(target);
  const schema = await withStoppedStore(options, ({ reads }) => schemaOf(reads));
  makeFolder(join(target, dataFolder));
  const before = await fingerprint(dataDir);
  const entries: ManifestEntry[] = [{ kind: "folder", path: dataFolder }];
  for (const entry of await listTree(dataDir, isTransient)) {
    const copied = await copyEntry(entry, dataDir, join(target, dataFolder));
    entries.push({ ...copied, path: `${dataFolder}/${copied.path}` });
  }
  if ((await fingerprint(dataDir)) !== before) {
    throw new BackupError(
      "the data changed while it was copied: a service was started. Stop it, empty the backup " +
        "folder and repeat",
    );
  }
  if (options.includeKey) {
    entries.push(await copyKey(options));
  }
  const manifest: Manifest = {
    format: 1,
    version: options.version,
    createdAt: new Date(options.clock.now()).toISOString(),
    schema,
    keyIncluded: options.includeKey,
    entries,
  };
  // Written last: a backup without it is not one.
  const file = join(target, manifestFile);
  await writeFile(file, `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o600 });
  await syncFile(file);
  return manifest;
}

function requireEmpty(target: string): void {
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new BackupError(`${target} is not empty: name a folder that is missing or empty`);
  }
}

/** Locks and ClickHouse's own scratch files mean nothing in a copy. */
function isTransient(path: string): boolean {
  return path === "store/status" || path.endsWith("/lock.mdb") || path.startsWith("store/tmp/");
}

/** Changes whenever a process writes to the folder. */
async function fingerprint(dataDir: string): Promise<string> {
  const entries = await listTree(dataDir, (path) => path.endsWith("/lock.mdb"));
  const files = entries.filter(({ kind }) => kind === "file");
  const lines = await Promise.all(
    files.map(async ({ path }) => {
      const { size, mtimeMs } = await stat(join(dataDir, path));
      return `${path} ${size} ${mtimeMs}`;
    }),
  );
  return lines.join("\n");
}

async function schemaOf(reads: Store): Promise<number> {
  const [row] = await reads.query<{ schema: number }>(
    "SELECT max(Version) AS schema FROM schema_migrations",
  );
  return row?.schema ?? 0;
}

async function copyKey({ dataDir, keyFile, env, target }: BackupOptions): Promise<ManifestEntry> {
  // Not empty, as far as the key is concerned: none is to be made here.
  const key = openKey({ dataDir, keyFile, env, queueIsEmpty: false });
  const folder = join(target, keyFolder);
  await mkdir(folder, { mode: 0o700 });
  const source = join(folder, key.id);
  await writeFile(source, `${key.bytes.toString("hex")}\n`, { mode: 0o600 });
  await syncFile(source);
  return { kind: "file", path: `${keyFolder}/${key.id}`, ...(await digestFile(source)) };
}
