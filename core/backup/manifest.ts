import { isAbsolute, normalize, sep } from "node:path";
import { z } from "zod";

export const manifestFile = "manifest.json";

/** A file that cannot be a part of a backup, or a backup that cannot be restored. */
export class BackupError extends Error {
  override readonly name = "BackupError";
}

const RelativePath = z.string().min(1).refine(staysInside, "expected a path inside the backup");

const Entry = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("folder"), path: RelativePath }),
  z.strictObject({
    kind: z.literal("file"),
    path: RelativePath,
    bytes: z.int().min(0),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  z.strictObject({ kind: z.literal("link"), path: RelativePath, target: z.string().min(1) }),
]);

/** What a backup holds, and what it takes to restore it. */
export const Manifest = z.strictObject({
  format: z.literal(1),
  /** Version of the program that wrote it. */
  version: z.string(),
  /** RFC 3339 UTC. */
  createdAt: z.string(),
  /** Number of the newest migration of the data. */
  schema: z.int().min(0),
  keyIncluded: z.boolean(),
  entries: z.array(Entry),
});

export type Manifest = z.infer<typeof Manifest>;
export type ManifestEntry = z.infer<typeof Entry>;

/** @throws BackupError unless the text is a manifest. */
export function parseManifest(text: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new BackupError(`${manifestFile} is not JSON: the backup is broken`, { cause: error });
  }
  const parsed = Manifest.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join(".") ?? "";
    throw new BackupError(`${manifestFile}: ${where}: ${issue?.message ?? "not understood"}`);
  }
  for (const entry of parsed.data.entries) {
    checkLink(entry);
  }
  return parsed.data;
}

/** A link may point inside the data alone: it is restored there. */
function checkLink(entry: ManifestEntry): void {
  if (entry.kind !== "link") {
    return;
  }
  const folder = entry.path.split("/").slice(1, -1).join("/");
  if (isAbsolute(entry.target) || !staysInside(`./${folder}/${entry.target}`)) {
    throw new BackupError(`${entry.path} is a link that leads out of the backup`);
  }
}

function staysInside(path: string): boolean {
  const plain = normalize(path);
  return (
    !isAbsolute(plain) && !path.includes("\0") && plain !== ".." && !plain.startsWith(`..${sep}`)
  );
}
