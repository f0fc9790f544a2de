import type { AttributeValue, LogRecord } from "../../../core/model/telemetry.ts";
import { agentLog, sender } from "./agent-records.ts";

const exec = sender(
  { "service.name": "codex_cli_rs", "service.version": "0.169.0", env: "dev" },
  "codex_otel.log_only",
);

export const codexSession = "019f3d5f-3dc4-7f01-b42c-d19d98e1d13d";

/** An event as Codex writes it: the name in `event.name`, no body. */
export function codexEvent(
  name: string,
  second: number,
  attributes: Readonly<Record<string, AttributeValue>> = {},
): LogRecord {
  const eventName = `codex.${name}`;
  return agentLog(
    exec,
    second,
    { eventName, body: null },
    {
      "event.name": eventName,
      "event.timestamp": new Date(second * 1000).toISOString(),
      "conversation.id": codexSession,
      "app.version": "0.169.0",
      auth_mode: "Chatgpt",
      "user.account_id": "e9c72023-174b-4cfd-8374-963550c2ef98",
      "terminal.type": "xterm",
      model: "gpt-5-codex",
      slug: "gpt-5-codex",
      ...attributes,
    },
  );
}

export function codexToolResult(second: number, command: string, output: string): LogRecord {
  return codexEvent("tool_result", second, {
    tool_name: "shell",
    call_id: `call_${second}`,
    arguments: JSON.stringify({ command: ["bash", "-lc", command] }),
    output,
    duration_ms: "812",
    success: "true",
  });
}

export function codexConversation(prompt: string): LogRecord[] {
  return [
    codexEvent("conversation_starts", 0, {
      provider_name: "OpenAI",
      reasoning_effort: "medium",
      context_window: 272_000,
      approval_policy: "on-request",
      sandbox_policy: "workspace-write",
      mcp_servers: "github, jira",
    }),
    codexEvent("user_prompt", 1, { prompt, prompt_length: String(prompt.length) }),
    codexEvent("api_request", 2, {
      attempt: 0,
      duration_ms: 300,
      "http.response.status_code": 200,
    }),
    codexEvent("sse_event", 3, {
      "event.kind": "response.completed",
      duration_ms: 1500,
      input_token_count: 4000,
      output_token_count: 250,
      cached_token_count: 3000,
      reasoning_token_count: 128,
      tool_token_count: 4250,
    }),
    codexEvent("tool_decision", 4, {
      tool_name: "shell",
      call_id: "call_5",
      decision: "approved",
      source: "user",
    }),
    codexToolResult(5, "ls -la", "Exit code: 0\nREADME.md"),
    codexEvent("tool_decision", 6, {
      tool_name: "shell",
      call_id: "call_7",
      decision: "denied",
      source: "user",
    }),
    codexEvent("api_request", 8, {
      attempt: 1,
      duration_ms: 40,
      "http.response.status_code": 429,
      "error.message": "rate limited",
    }),
  ];
}
