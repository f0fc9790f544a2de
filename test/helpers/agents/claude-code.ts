import type { AttributeValue, LogRecord, Span, SumPoint } from "../../../core/model/telemetry.ts";
import { agentCount, agentLog, agentSpan, sender } from "./agent-records.ts";

type Values = Readonly<Record<string, AttributeValue>>;

const resource = {
  "service.name": "claude-code",
  "service.version": "2.1.328",
  "os.type": "linux",
  "host.arch": "amd64",
};
const events = sender(resource, "com.anthropic.claude_code.events", "2.1.328");
const meter = sender(resource, "com.anthropic.claude_code", "2.1.328");
const tracer = sender(resource, "com.anthropic.claude_code.tracing", "2.1.328");

export const claudeSession = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
export const claudePrompt = "0b6f1c1e-3f53-4a7b-9df0-2f1d6a5b8c11";

const standard = {
  "session.id": claudeSession,
  "app.version": "2.1.328",
  "organization.id": "3f0e1bb5-2d2a-4a53-8d6c-0b4c2a1f9e77",
  "user.account_uuid": "b1d2c3e4-0000-4000-8000-123456789abc",
  "user.id": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  "user.email": "ada@example.com",
  "terminal.type": "vscode",
};

/**
 * An event as Claude Code writes it: `event.name` without the prefix, the body with it, and
 * most numbers as text.
 */
export function claudeEvent(name: string, second: number, attributes: Values = {}): LogRecord {
  const names = { eventName: name, body: `claude_code.${name}` };
  return agentLog(events, second, names, {
    ...standard,
    "event.name": name,
    "event.timestamp": new Date(second * 1000).toISOString(),
    "event.sequence": second,
    "prompt.id": claudePrompt,
    ...attributes,
  });
}

export function claudeToolResult(
  second: number,
  parameters: Readonly<Record<string, unknown>>,
  attributes: Values = {},
): LogRecord {
  return claudeEvent("tool_result", second, {
    tool_name: "Bash",
    tool_use_id: `toolu_${second}`,
    success: "true",
    duration_ms: "1234",
    decision_type: "accept",
    decision_source: "config",
    tool_result_size_bytes: "87",
    tool_parameters: JSON.stringify(parameters),
    ...attributes,
  });
}

/** A prompt, an approved edit, a refused command, a commit and the requests between. */
export function claudeConversation(revision: string, prompt: string): LogRecord[] {
  return [
    claudeEvent("user_prompt", 0, { prompt, prompt_length: String(prompt.length) }),
    claudeRequest(1, { cost_usd: "0.0125" }),
    claudeEvent("tool_decision", 2, {
      tool_name: "Edit",
      tool_use_id: "toolu_3",
      decision: "accept",
      source: "user_temporary",
      tool_source: "builtin",
    }),
    claudeToolResult(3, {}, { tool_name: "Edit", decision_source: "user_temporary" }),
    claudeEvent("tool_decision", 4, {
      tool_name: "Bash",
      tool_use_id: "toolu_4",
      decision: "reject",
      source: "user_reject",
      tool_parameters: JSON.stringify({ full_command: "git push --force" }),
    }),
    claudeToolResult(5, {
      bash_command: "git",
      full_command: 'git commit -m "Let the assistant send mail"',
      description: "Commit",
      git_commit_id: revision,
    }),
    claudeRequest(6, { cost_usd: "0.0075" }),
    claudeEvent("permission_mode_changed", 7, {
      from_mode: "default",
      to_mode: "bypassPermissions",
      trigger: "shift_tab",
    }),
    claudeEvent("api_error", 8, {
      model: "claude-sonnet-5",
      error: "Overloaded",
      status_code: 529,
      attempt: 2,
    }),
  ];
}

export function claudeRequest(second: number, attributes: Values = {}): LogRecord {
  return claudeEvent("api_request", second, {
    model: "claude-sonnet-5",
    cost_usd: "0.01",
    cost_usd_micros: 10_000,
    duration_ms: "2100",
    input_tokens: "100",
    output_tokens: "50",
    cache_read_tokens: "2000",
    cache_creation_tokens: "300",
    request_id: `req_${second}`,
    query_source: "main",
    ...attributes,
  });
}

export function claudeSpan(name: string, second: number, attributes: Values = {}): Span {
  return agentSpan(tracer, second, {
    "session.id": claudeSession,
    "span.type": name,
    ...attributes,
    name: `claude_code.${name}`,
  });
}

export function claudeCount(
  metricName: string,
  second: number,
  value: number,
  attributes: Values & { aggregationTemporality?: number; start?: number } = {},
): SumPoint {
  return agentCount(meter, second, { ...standard, ...attributes, metricName, value });
}
