import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, readdir, readlink, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BackupError, type ManifestEntry } from "./manifest.ts";

/**
 * Everything below a folder in a fixed order, with paths relative to it and `/` between names.
 * Files come without their digests.
 */
export async function listTree(
  root: string,
  skip: (path: string) => boolean,
): Promise<{ kind: ManifestEntry["kind"]; path: string }[]> {
  const found: { kind: ManifestEntry["kind"]; path: string }[] = [];
  async function visit(folder: string): Promise<void> {
    const children = await readdir(join(root, folder), { withFileTypes: true });
    for (const child of children.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === "" ? child.name : `${folder}/${child.name}`;
      if (skip(path)) {
        continue;
      }
      const kind = kindOf(child);
      if (kind === null) {
        throw new BackupError(`${join(root, path)} is neither a file, a folder nor a link`);
      }
      found.push({ kind, path });
      if (kind === "folder") {
        await visit(path);
      }
    }
  }
  await visit("");
  return found;
}

function kindOf(child: {
  isDirectory(): boolean;
  isFile(): boolean;
  isSymbolicLink(): boolean;
}): ManifestEntry["kind"] | null {
  if (child.isSymbolicLink()) {
    return "link";
  }
  if (child.isDirectory()) {
    return "folder";
  }
  return child.isFile() ? "file" : null;
}

/** Copies one entry, durably, and says what it was. */
export async function copyEntry(
  { kind, path }: { kind: ManifestEntry["kind"]; path: string },
  from: string,
  to: string,
): Promise<ManifestEntry> {
  if (kind === "folder") {
    await mkdir(join(to, path), { recursive: true, mode: 0o700 });
    return { kind, path };
  }
  await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 });
  if (kind === "link") {
    const target = await readlink(join(from, path));
    await symlink(target, join(to, path));
    return { kind, path, target };
  }
  return { kind, path, ...(await copyFile(join(from, path), join(to, path))) };
}

async function copyFile(from: string, to: string): Promise<{ bytes: number; sha256: string }> {
  const meter = createMeter();
  await pipeline(createReadStream(from), meter.stream, createWriteStream(to, { mode: 0o600 }));
  await syncFile(to);
  return meter.result();
}

/** Size and digest of a file. */
export async function digestFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const meter = createMeter();
  meter.stream.resume();
  await pipeline(createReadStream(path), meter.stream);
  return meter.result();
}

export async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function createMeter() {
  const hash = createHash("sha256");
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, result: () => ({ bytes, sha256: hash.digest("hex") }) };
}
