import { z } from "zod";
import type { AgentSessionRef } from "../../core/model/change.ts";
import { readBlobs } from "./read-blobs.ts";

/** What Entire recorded when a commit was made. */
export interface Checkpoint {
  readonly session: AgentSessionRef | null;
  /** The words the agent was given; empty when the repository does not have them. */
  readonly prompt: string;
}

/**
 * Where Entire keeps a file of a checkpoint: one ref for each, under the last two characters of
 * its id, and before that a branch, as fetched, with folders by the first two.
 *
 * @see https://github.com/entireio/cli docs/architecture/sessions-and-checkpoints.md
 */
const places: readonly ((id: string, file: string) => string)[] = [
  (id, file) => `refs/entire/checkpoints/${id.slice(-2)}/${id}:${file}`,
  (id, file) => `refs/heads/entire/checkpoints/v1:${sharded(id)}/${file}`,
  (id, file) => `refs/remotes/origin/entire/checkpoints/v1:${sharded(id)}/${file}`,
];

const promptFile = "0/prompt.txt";
const metadataFile = "0/metadata.json";

/**
 * Entire checkpoints by id: the prompt of the first session and who it was.
 *
 * @param ids Checked by `readCheckpointId`: they become part of object names.
 */
export async function readCheckpoints(
  folder: string,
  ids: readonly string[],
): Promise<Map<string, Checkpoint>> {
  const names = ids.flatMap((id) => [...namesOf(id, promptFile), ...namesOf(id, metadataFile)]);
  const texts = await readBlobs(folder, names);
  return new Map(
    ids.map((id) => [
      id,
      {
        prompt: firstOf(texts, namesOf(id, promptFile)).trim(),
        session: parseMetadata(firstOf(texts, namesOf(id, metadataFile))),
      },
    ]),
  );
}

function namesOf(id: string, file: string): string[] {
  return places.map((place) => place(id, file));
}

function firstOf(texts: ReadonlyMap<string, string>, names: readonly string[]): string {
  return texts.get(names.find((name) => texts.has(name)) ?? "") ?? "";
}

function sharded(id: string): string {
  return `${id.slice(0, 2)}/${id.slice(2)}`;
}

const Metadata = z.object({
  session_id: z.string(),
  agent: z.string().catch("").default(""),
  model: z.string().catch("").default(""),
});

function parseMetadata(text: string): AgentSessionRef | null {
  try {
    const { session_id: id, agent, model } = Metadata.parse(JSON.parse(text));
    return { agent, id, model };
  } catch {
    // Not there, or of a form we do not know: the trailer alone still names the checkpoint.
    return null;
  }
}
