import { z } from "zod";
import type { AgentSessionRef } from "../../core/model/change.ts";

/** What a git-ai note says about the commit it is attached to. */
export interface GitAiRecord {
  readonly session: AgentSessionRef;
  /** The words the agent was given; empty when the note keeps them elsewhere. */
  readonly prompt: string;
}

/**
 * Reads a note of `refs/notes/ai` (git-ai authorship 3.0.0 and its predecessors): attestation
 * lines per file (`  <key> <ranges>`), a line `---`, then JSON with `sessions` and `prompts`.
 * Of several sessions the one with the most attested lines counts. A note that has another
 * form, or names no agent, gives `null`: notes are claims that anyone can write.
 *
 * @see https://github.com/git-ai-project/git-ai specs/git_ai_standard_v3.0.0.md
 */
export function parseGitAiNote(text: string): GitAiRecord | null {
  const { attestations, json } = splitNote(text);
  const metadata = Metadata.safeParse(parseJson(json));
  if (!metadata.success) {
    return null;
  }
  const { sessions, prompts } = metadata.data;
  const known = new Map([...Object.entries(prompts), ...Object.entries(sessions)]);
  const lines = attestedLines(attestations);
  const [best] = [...known].toSorted(
    ([a], [b]) => (lines.get(b) ?? 0) - (lines.get(a) ?? 0) || compare(a, b),
  );
  if (best === undefined) {
    return null;
  }
  const [, { agent_id: agent, messages }] = best;
  return {
    session: { agent: agent.tool, id: agent.id, model: agent.model },
    prompt: messages
      .filter(({ type }) => type === "user")
      .map((message) => message.text)
      .join("\n\n"),
  };
}

/** The parts before and after the first line `---`. A note may have megabytes: one pass over it. */
function splitNote(text: string): { readonly attestations: string; readonly json: string } {
  let start = 0;
  while (start < text.length) {
    const end = endOfLine(text, start);
    if (text.startsWith("---", start) && text.slice(start, end).trimEnd() === "---") {
      return { attestations: text.slice(0, start), json: text.slice(end + 1) };
    }
    start = end + 1;
  }
  return { attestations: "", json: "" };
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  return end === -1 ? text.length : end;
}

const Session = z.object({
  agent_id: z.object({
    tool: z.string().default(""),
    id: z.string().default(""),
    model: z.string().default(""),
  }),
  messages: z
    .array(z.object({ type: z.string().default(""), text: z.string().default("") }))
    .catch([])
    .default([]),
});

const Metadata = z.object({
  sessions: z.record(z.string(), Session).default({}),
  prompts: z.record(z.string(), Session).default({}),
});

/** Lines attested per key; a session's key `s_…::t_…` counts for `s_…`. */
function attestedLines(attestations: string): Map<string, number> {
  const lines = new Map<string, number>();
  for (const line of attestations.split("\n")) {
    const isAttestation = line.startsWith(" ") || line.startsWith("\t");
    const [key = "", ...ranges] = isAttestation ? line.trim().split(/[ \t]+/) : [];
    if (key !== "" && ranges.length > 0) {
      const session = key.split("::")[0] ?? key;
      lines.set(session, (lines.get(session) ?? 0) + countLines(ranges.join("")));
    }
  }
  return lines;
}

function countLines(ranges: string): number {
  return ranges
    .split(",")
    .map((range) => /^(\d+)(?:-(\d+))?$/.exec(range))
    .reduce((total, match) => {
      const [, from = "0", to = from] = match ?? [];
      return total + (match === null ? 0 : Math.max(0, Number(to) - Number(from) + 1));
    }, 0);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
