import type { CodingAgentId } from "../model/agent-event.ts";

/** What a counter adds to in a session. */
export type CounterMeasure =
  | "inputTokens"
  | "outputTokens"
  | "cacheReadTokens"
  | "cacheWriteTokens"
  | "costUsd"
  | "linesAdded"
  | "linesRemoved"
  | "activeSeconds"
  | "commitCount"
  | "pullRequestCount";

export interface AgentCounter {
  readonly agent: CodingAgentId;
  readonly metric: string;
  /** By the point's attribute `type`; `""` for any. */
  readonly measures: Readonly<Record<string, CounterMeasure>>;
}

/**
 * Counters that name their session (`session.id`). Those of Codex, Copilot and Cursor do not,
 * so they say nothing of a session; they are in `otel_metrics_*` like all metrics.
 */
export const agentCounters: readonly AgentCounter[] = [
  {
    agent: "claude-code",
    metric: "claude_code.token.usage",
    measures: {
      input: "inputTokens",
      output: "outputTokens",
      cacheRead: "cacheReadTokens",
      cacheCreation: "cacheWriteTokens",
    },
  },
  { agent: "claude-code", metric: "claude_code.cost.usage", measures: { "": "costUsd" } },
  {
    agent: "claude-code",
    metric: "claude_code.lines_of_code.count",
    measures: { added: "linesAdded", removed: "linesRemoved" },
  },
  {
    agent: "claude-code",
    metric: "claude_code.active_time.total",
    measures: { user: "activeSeconds", cli: "activeSeconds" },
  },
  { agent: "claude-code", metric: "claude_code.commit.count", measures: { "": "commitCount" } },
  {
    agent: "claude-code",
    metric: "claude_code.pull_request.count",
    measures: { "": "pullRequestCount" },
  },
  {
    agent: "gemini-cli",
    metric: "gemini_cli.token.usage",
    // Cached tokens are among the input, tool tokens too; thoughts are billed as output.
    measures: {
      input: "inputTokens",
      output: "outputTokens",
      thought: "outputTokens",
      cache: "cacheReadTokens",
    },
  },
  {
    agent: "gemini-cli",
    metric: "gemini_cli.lines.changed",
    measures: { added: "linesAdded", removed: "linesRemoved" },
  },
];
