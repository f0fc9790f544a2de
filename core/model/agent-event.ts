/** Coding agents whose telemetry is read. */
export const codingAgentIds = ["claude-code", "codex", "gemini-cli", "copilot", "cursor"] as const;

export type CodingAgentId = (typeof codingAgentIds)[number];

/** What an agent did, or what was done to it. */
export const agentEventKinds = [
  "session_start",
  "session_end",
  /** What a person asked for. */
  "prompt",
  /** What the model answered in words. */
  "response",
  /** A tool ran to its end. */
  "tool_result",
  /** A person, a rule or a hook let an action pass or refused it. */
  "decision",
  "api_request",
  "api_error",
  /** The agent made this commit. */
  "commit",
  /** The commit that was checked out while the agent worked: the parent of what it made. */
  "base_commit",
  /** Permission mode, sandbox or approval policy. */
  "config_change",
  "mcp_server",
  "hook",
  "plugin",
  "subagent",
] as const;

export type AgentEventKind = (typeof agentEventKinds)[number];

/**
 * One event of a coding agent, whatever the agent calls it. Built from masked records; absent
 * text is `""`, absent counts are 0. Everything in it is a claim of the sender.
 */
export interface AgentEvent {
  readonly tenant: string;
  /** The same record always gives the same id. */
  readonly id: string;
  readonly timeUnixMs: number;
  readonly agent: CodingAgentId;
  readonly kind: AgentEventKind;
  /** As the agent names it, such as `claude_code.tool_result`. */
  readonly eventName: string;
  /** An agent may report the same thing in both. */
  readonly signal: "log" | "span";
  readonly service: string;
  /** Session or conversation; the trace id of a span that names none. */
  readonly session: string;
  /** The prompt that all of this was done for. */
  readonly promptId: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Words of a prompt, response or error, cut to a few kilobytes. */
  readonly text: string;
  readonly tool: string;
  readonly toolCallId: string;
  readonly command: string;
  /** `accept` or `reject`, or what else the agent says. */
  readonly decision: string;
  /** Who decided: `config`, `hook`, `user_temporary`, … */
  readonly decisionSource: string;
  /** `null` where the record does not say. */
  readonly success: boolean | null;
  readonly durationMs: number;
  readonly model: string;
  /** Includes cached tokens. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** As the agent reports it, else by our price list. */
  readonly costUsd: number;
  /** 7 to 64 lower-case hex of `commit` and `base_commit`: agents may report a short id. */
  readonly revision: string;
  readonly repository: string;
  readonly branch: string;
  /** A digest: enough to tell people apart, not to name them. */
  readonly user: string;
  /** Permission mode after a `config_change`, or in force. */
  readonly permissionMode: string;
}
