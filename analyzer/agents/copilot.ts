import type { AttributeMap, Span } from "../../core/model/telemetry.ts";
import { readMessages } from "../normalize/messages.ts";
import { structured } from "../normalize/node.ts";
import { cutText, flagOf, nameOf, numberOf, revisionOf, textOf } from "./attributes.ts";
import type { AgentEventParts, CodingAgent } from "./coding-agent.ts";

/**
 * GitHub Copilot in VS Code, the CLI and the coding agent. Spans carry the work
 * (`invoke_agent`, `chat`, `execute_tool`, `execute_hook`), log events what people did with
 * it. The commit of an `invoke_agent` span is the one checked out at the time, that is the
 * parent of what the agent makes. Totals of `invoke_agent` repeat its `chat` spans and are not
 * counted.
 *
 * @see https://code.visualstudio.com/docs/agents/guides/monitoring-agents
 */
export const copilot: CodingAgent = {
  id: "copilot",
  services: ["copilot-chat", "github-copilot", "copilot-cli"],
  scopes: ["copilot-chat", "github.copilot"],
  prefixes: ["copilot_chat.", "github.copilot."],
  prefers: "span",
  sessionKeys: [
    "gen_ai.conversation.id",
    "copilot_chat.session_id",
    "copilot_chat.chat_session_id",
  ],
  log: readLog,
  span: readSpan,
};

function readLog(name: string, attributes: AttributeMap): AgentEventParts[] {
  switch (name) {
    case "session.start":
    case "cloud.session.invoke":
      return [
        {
          kind: "session_start",
          model: nameOf(attributes, "gen_ai.request.model"),
          tool: nameOf(attributes, "gen_ai.agent.name"),
        },
      ];
    case "session.shutdown":
    case "session.abort":
      return [{ kind: "session_end" }];
    case "tool.call":
      return [
        {
          kind: "tool_result",
          tool: nameOf(attributes, "gen_ai.tool.name", "tool_name"),
          success: flagOf(attributes, "success"),
          durationMs: numberOf(attributes, "duration_ms"),
          text: textOf(attributes, "error.type"),
        },
      ];
    case "agent.turn":
      return [{ kind: "api_request", ...usageOf(attributes) }];
    case "edit.feedback":
    case "edit.hunk.action":
    case "inline.done":
      return readEdit(name, attributes);
    default:
      return [];
  }
}

/** A person kept or undid an edit. `saved` is neither. */
function readEdit(name: string, attributes: AttributeMap): AgentEventParts[] {
  const outcome = nameOf(attributes, "outcome", "accepted");
  const decisions = new Map([
    ["accepted", "accept"],
    ["true", "accept"],
    ["rejected", "reject"],
    ["false", "reject"],
  ]);
  const decision = decisions.get(outcome);
  return decision === undefined
    ? []
    : [{ kind: "decision", tool: name, decision, decisionSource: "user_temporary" }];
}

function readSpan(_name: string, attributes: AttributeMap, span: Span): AgentEventParts[] {
  const failed = span.statusCode === errorStatus || attributes.has("error.type");
  const shared = { durationMs: durationOf(span), success: !failed };
  const text = textOf(attributes, "error.type");
  switch (nameOf(attributes, "gen_ai.operation.name")) {
    case "invoke_agent":
      return readInvocation(attributes);
    case "chat":
      return failed
        ? [{ kind: "api_error", text, ...usageOf(attributes), ...shared }]
        : [{ kind: "api_request", ...usageOf(attributes), ...shared }];
    case "execute_tool":
      return [{ kind: "tool_result", text, ...callOf(attributes), ...shared }];
    case "execute_hook":
      return [
        {
          kind: "hook",
          tool: nameOf(attributes, "copilot_chat.hook_type"),
          decision:
            nameOf(attributes, "github.copilot.hook.decision") === "block" ? "reject" : "accept",
          decisionSource: "hook",
          ...shared,
        },
      ];
    default:
      return [];
  }
}

const errorStatus = 2;

function readInvocation(attributes: AttributeMap): AgentEventParts[] {
  const place = {
    repository: nameOf(attributes, "github.copilot.git.repository", "copilot_chat.repo.remote_url"),
    branch: nameOf(attributes, "github.copilot.git.branch", "copilot_chat.repo.head_branch_name"),
    model: nameOf(attributes, "gen_ai.request.model"),
  };
  const revision = revisionOf(
    nameOf(attributes, "github.copilot.git.commit_sha", "copilot_chat.repo.head_commit_hash"),
  );
  return [
    { kind: "prompt", text: promptOf(attributes), ...place },
    ...(revision === "" ? [] : [{ kind: "base_commit" as const, revision, ...place }]),
  ];
}

/** The newest words of the user; only there with content capture on. */
function promptOf(attributes: AttributeMap): string {
  const own = textOf(attributes, "copilot_chat.user_request");
  const location = "gen_ai.input.messages";
  const given = attributes.get(location);
  if (own !== "" || given === undefined) {
    return own;
  }
  const said = readMessages(structured(given), { location, side: "input" });
  return cutText(said.findLast(({ direction }) => direction === "input")?.text ?? "");
}

function callOf(attributes: AttributeMap): Partial<AgentEventParts> {
  return {
    tool: nameOf(attributes, "gen_ai.tool.name", "github.copilot.tool.parameters.mcp_tool_name"),
    toolCallId: nameOf(attributes, "gen_ai.tool.call.id"),
    command: textOf(attributes, "github.copilot.tool.parameters.command"),
  };
}

function usageOf(attributes: AttributeMap): Partial<AgentEventParts> {
  return {
    model: nameOf(attributes, "gen_ai.response.model", "gen_ai.request.model"),
    inputTokens: numberOf(attributes, "gen_ai.usage.input_tokens"),
    outputTokens: numberOf(attributes, "gen_ai.usage.output_tokens"),
    cacheReadTokens: numberOf(attributes, "gen_ai.usage.cache_read.input_tokens"),
    cacheWriteTokens: numberOf(attributes, "gen_ai.usage.cache_creation.input_tokens"),
  };
}

function durationOf({ startTimeUnixNano, endTimeUnixNano }: Span): number {
  return Math.max(0, Number(endTimeUnixNano - startTimeUnixNano) / 1e6);
}
