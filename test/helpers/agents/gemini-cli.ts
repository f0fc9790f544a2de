import type { AttributeValue, LogRecord } from "../../../core/model/telemetry.ts";
import { agentLog, sender } from "./agent-records.ts";

const cli = sender({ "service.name": "gemini-cli", "service.version": "v24.1.0" }, "gemini-cli");

export const geminiSession = "5bb8e1e7-3f1f-4d58-9a54-0e0a1d5d7f01";

/** An event as Gemini CLI writes it: its full name in `event.name`, words in the body. */
export function geminiEvent(
  name: string,
  second: number,
  attributes: Readonly<Record<string, AttributeValue>> = {},
): LogRecord {
  const eventName = name.includes("approval_mode") ? name : `gemini_cli.${name}`;
  return agentLog(
    cli,
    second,
    { eventName, body: `${name}.` },
    {
      "session.id": geminiSession,
      "installation.id": "c0ffee00-0000-4000-8000-000000000001",
      active_approval_mode: "default",
      "user.email": "ada@example.com",
      "event.name": eventName,
      "event.timestamp": new Date(second * 1000).toISOString(),
      ...attributes,
    },
  );
}

export function geminiToolCall(
  second: number,
  command: string,
  attributes: Readonly<Record<string, AttributeValue>> = {},
): LogRecord {
  return geminiEvent("tool_call", second, {
    function_name: "run_shell_command",
    function_args: JSON.stringify({ command, description: "run" }, null, 2),
    duration_ms: 900,
    success: true,
    decision: "auto_accept",
    prompt_id: "prompt-1",
    tool_type: "native",
    ...attributes,
  });
}

export function geminiConversation(prompt: string): LogRecord[] {
  return [
    geminiEvent("config", 0, {
      model: "gemini-3-pro",
      approval_mode: "default",
      sandbox_enabled: false,
      mcp_servers: "",
    }),
    geminiEvent("user_prompt", 1, {
      prompt,
      prompt_id: "prompt-1",
      prompt_length: prompt.length,
      auth_type: "oauth-personal",
    }),
    geminiEvent("api_request", 2, { model: "gemini-3-pro", prompt_id: "prompt-1" }),
    geminiEvent("api_response", 3, {
      model: "gemini-3-pro",
      prompt_id: "prompt-1",
      status_code: 200,
      duration_ms: 1800,
      input_token_count: 5000,
      output_token_count: 200,
      cached_content_token_count: 4000,
      thoughts_token_count: 300,
      tool_token_count: 0,
      total_token_count: 5500,
    }),
    geminiToolCall(4, "ls"),
    geminiToolCall(5, "git push --force", { decision: "reject", success: false }),
    geminiEvent("approval_mode_switch", 6, { from_mode: "default", to_mode: "yolo" }),
    geminiEvent("conversation_finished", 7, { approvalMode: "yolo", turnCount: 2 }),
  ];
}
