import type { Change } from "../../core/model/change.ts";
import { agentOfSignature } from "../git/agent-table.ts";
import { cutFiles } from "../git/cut-visibly.ts";
import { changeListLimits, changeTextLimits as limits } from "./change-limits.ts";
import { readNativeChange } from "./native-change.ts";
import { type Fields, isFields, readId, readObject, readText } from "./read-fields.ts";
import { RejectedChange } from "./rejected-change.ts";

/** Whether an object that came as plain JSON is an Agent Trace record. */
export function looksLikeAgentTrace(fields: Fields): boolean {
  const { version, files } = fields;
  return (
    typeof version === "string" &&
    Array.isArray(files) &&
    files.some((file) => isFields(file)) &&
    !Object.hasOwn(fields, "kind") &&
    !Object.hasOwn(fields, "specversion")
  );
}

/**
 * Reads an Agent Trace record (0.1.0): which lines of a commit came from which conversation with
 * which model. The conversation with the most lines by an agent becomes the commit's session; the
 * other conversations are counted in the details.
 *
 * @throws RejectedChange with the reason.
 * @see https://github.com/cursor/agent-trace
 */
export function readAgentTrace(fields: Fields, tenant: string): Change {
  const tool = readText(readObject(fields, "tool") ?? {}, "name", limits.sessionField);
  const conversations = conversationsOf(fields);
  const [main] = conversations
    .filter(({ agentLines }) => agentLines > 0)
    .toSorted((a, b) => b.agentLines - a.agentLines);
  const session = {
    agent: agentOfSignature(tool) || tool,
    id: main?.session ?? "",
    model: main?.model ?? "",
  };
  const isAgent = main !== undefined && session.agent + session.id + session.model !== "";
  const change = readNativeChange(
    {
      kind: "commit",
      revision: revisionOf(fields),
      time: fields["timestamp"],
      files: cutFiles([...new Set(pathsOf(fields))]),
      ...(isAgent && { session }),
      details: {
        agentTrace: {
          id: readId(fields, "id", limits.id),
          conversations: conversations.length,
          agentLines: sum(conversations.map(({ agentLines }) => agentLines)),
          humanLines: sum(conversations.map(({ humanLines }) => humanLines)),
        },
        ...(isAgent && { authorship: { "agent-trace": session } }),
      },
    },
    tenant,
  );
  return { ...change, source: "agent-trace" };
}

interface Conversation {
  readonly session: string;
  readonly model: string;
  readonly agentLines: number;
  readonly humanLines: number;
}

/** The conversations of all files, each once. */
function conversationsOf(fields: Fields): Conversation[] {
  const byKey = new Map<string, Conversation>();
  for (const file of filesOf(fields)) {
    for (const said of listOf(file, "conversations")) {
      const conversation = readConversation(said);
      const key = `${conversation.model}\n${conversation.session}`;
      const known = byKey.get(key) ?? { ...conversation, agentLines: 0, humanLines: 0 };
      byKey.set(key, {
        ...known,
        agentLines: known.agentLines + conversation.agentLines,
        humanLines: known.humanLines + conversation.humanLines,
      });
    }
  }
  return [...byKey.values()];
}

function readConversation(said: Fields): Conversation {
  const contributor = readObject(said, "contributor") ?? {};
  let agentLines = 0;
  let humanLines = 0;
  let model = readText(contributor, "model_id", limits.sessionField);
  for (const range of listOf(said, "ranges")) {
    const own = readObject(range, "contributor") ?? contributor;
    const lines = linesOf(range);
    if (readText(own, "type", 64) === "human") {
      humanLines += lines;
    } else {
      agentLines += lines;
      model ||= readText(own, "model_id", limits.sessionField);
    }
  }
  return { session: sessionOf(said), model, agentLines, humanLines };
}

/** The session named under `related`, else the conversation, by the last part of its address. */
function sessionOf(said: Fields): string {
  const related = listOf(said, "related").find((each) => readText(each, "type", 64) === "session");
  const url = readText(related ?? said, "url", limits.repository);
  const path = url.split(/[?#]/, 1)[0] ?? "";
  const last = path.split("/").findLast((part) => part !== "") ?? "";
  return readId({ id: last.slice(0, limits.sessionField) }, "id", limits.sessionField);
}

/** Lines of a range, both ends included; a range that makes no sense has none. */
function linesOf(range: Fields): number {
  const { start_line: start, end_line: end } = range;
  const isRange =
    Number.isSafeInteger(start) && Number.isSafeInteger(end) && Number(end) >= Number(start);
  return isRange ? Math.min(Number(end) - Number(start) + 1, 10_000_000) : 0;
}

function revisionOf(fields: Fields): string {
  const vcs = readObject(fields, "vcs") ?? {};
  const type = readText(vcs, "type", 64);
  if (type !== "" && type !== "git") {
    throw new RejectedChange("bad_revision", "vcs.type: expected git, got another");
  }
  return readText(vcs, "revision", 1024);
}

function pathsOf(fields: Fields): string[] {
  return filesOf(fields)
    .map((file) => readText(file, "path", limits.file))
    .filter((path) => path !== "");
}

function filesOf(fields: Fields): Fields[] {
  return listOf(fields, "files");
}

function listOf(fields: Fields, name: string): Fields[] {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (!Array.isArray(value)) {
    return [];
  }
  if (value.length > maxEntries) {
    throw new RejectedChange("too_many", `${name}: expected at most ${maxEntries} entries`);
  }
  return value.filter(isFields);
}

const maxEntries = 4 * changeListLimits.files;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
