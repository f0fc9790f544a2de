import type { Change } from "../../core/model/change.ts";
import { changeTextLimits as limits } from "../changes/change-limits.ts";
import { readNativeChange } from "../changes/native-change.ts";
import { RejectedChange } from "../changes/rejected-change.ts";
import { cutText } from "../git/cut-visibly.ts";
import { parseGitAiNote } from "../git/parse-git-ai-note.ts";

export interface UploadedNote {
  readonly commit: string;
  readonly content: string;
}

/**
 * What a git-ai note says about its commit, as a statement that adds session and prompt to what
 * is known of the commit. `null` when it names no agent, has another form, or when its key is no
 * full commit id.
 */
export function noteChange(
  { commit, content }: UploadedNote,
  tenant: string,
  nowUnixMs: number,
): Change | null {
  const record = parseGitAiNote(content);
  if (record === null) {
    return null;
  }
  const { agent, id, model } = record.session;
  const session = { agent: cut(agent), id: cut(id), model: cut(model) };
  try {
    const change = readNativeChange(
      {
        kind: "commit",
        revision: commit,
        time: new Date(nowUnixMs).toISOString(),
        session,
        prompt: cutText(record.prompt),
        details: { authorship: { "git-ai": session } },
      },
      tenant,
    );
    return { ...change, source: "git-ai" };
  } catch (error) {
    if (error instanceof RejectedChange) {
      return null;
    }
    throw error;
  }
}

function cut(text: string): string {
  return text.slice(0, limits.sessionField);
}
