import { runGit } from "./run-git.ts";

/** Notes and prompts larger than this are left out; git-ai asks for at least 8 MB. */
const maxBlobBytes = 8_388_608;

/**
 * Contents of the named objects (ids, or `<ref>:<path>`), without those that are missing or
 * too large. Names must not contain line feeds.
 */
export async function readBlobs(
  folder: string,
  names: readonly string[],
): Promise<Map<string, string>> {
  const wanted = await existingBlobs(folder, names);
  const blobs = new Map<string, string>();
  if (wanted.length === 0) {
    return blobs;
  }
  const stdin = `${wanted.map(({ id }) => id).join("\n")}\n`;
  const output = await runGit(folder, ["cat-file", "--batch"], { stdin });
  let offset = 0;
  for (const { name, bytes } of wanted) {
    const start = output.indexOf(10, offset) + 1;
    blobs.set(name, output.toString("utf8", start, start + bytes));
    offset = start + bytes + 1;
  }
  return blobs;
}

interface Blob {
  readonly name: string;
  readonly id: string;
  readonly bytes: number;
}

async function existingBlobs(folder: string, names: readonly string[]): Promise<Blob[]> {
  if (names.length === 0) {
    return [];
  }
  const stdin = `${names.join("\n")}\n`;
  const output = await runGit(folder, ["cat-file", "--batch-check"], { stdin });
  const lines = output.toString("utf8").split("\n");
  return names.flatMap((name, index) => {
    const [, id, bytes] = /^([0-9a-f]+) blob (\d+)$/.exec(lines[index] ?? "") ?? [];
    return id !== undefined && Number(bytes) <= maxBlobBytes
      ? [{ name, id, bytes: Number(bytes) }]
      : [];
  });
}
