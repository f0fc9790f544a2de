import { type GitAiRecord, parseGitAiNote } from "./parse-git-ai-note.ts";
import { readBlobs } from "./read-blobs.ts";
import { runGit } from "./run-git.ts";

/** git-ai notes by commit, of the given commits. */
export async function readGitAiNotes(
  folder: string,
  revisions: ReadonlySet<string>,
): Promise<Map<string, GitAiRecord>> {
  const listed = await runGit(folder, ["notes", "--ref=refs/notes/ai", "list"]);
  const noteOf = new Map<string, string>();
  for (const line of listed.toString("utf8").split("\n")) {
    const [note, revision] = line.split(" ");
    if (note !== undefined && revision !== undefined && revisions.has(revision)) {
      noteOf.set(revision, note);
    }
  }
  const texts = await readBlobs(folder, [...new Set(noteOf.values())]);
  const records = new Map<string, GitAiRecord>();
  for (const [revision, note] of noteOf) {
    const record = parseGitAiNote(texts.get(note) ?? "");
    if (record !== null) {
      records.set(revision, record);
    }
  }
  return records;
}
