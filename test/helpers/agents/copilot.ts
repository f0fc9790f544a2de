import type { AttributeValue, LogRecord, Span } from "../../../core/model/telemetry.ts";
import { agentLog, agentSpan, sender } from "./agent-records.ts";

type Values = Readonly<Record<string, AttributeValue>>;

const chat = sender(
  {
    "service.name": "copilot-chat",
    "service.version": "0.48.0",
    // Of the VS Code window, which may hold many conversations.
    "session.id": "window-1",
  },
  "copilot-chat",
  "0.48.0",
);

export const copilotSession = "22222222-3333-4444-5555-666666666666";

export function copilotSpan(name: string, second: number, attributes: Values = {}): Span {
  return agentSpan(chat, second, { ...attributes, name });
}

/** The root span of an agent's turn: it alone names repository and commit. */
export function copilotInvocation(second: number, attributes: Values = {}): Span {
  return copilotSpan("invoke_agent copilot", second, {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.provider.name": "github",
    "gen_ai.agent.name": "copilot",
    "gen_ai.conversation.id": copilotSession,
    "gen_ai.request.model": "gpt-5",
    "gen_ai.usage.input_tokens": 900,
    "gen_ai.usage.output_tokens": 90,
    "github.copilot.agent.type": "builtin",
    "github.copilot.git.repository": "https://git.example/shop",
    "github.copilot.git.branch": "main",
    ...attributes,
  });
}

export function copilotChat(second: number): Span {
  return copilotSpan("chat gpt-5", second, {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "github",
    "gen_ai.conversation.id": copilotSession,
    "gen_ai.request.model": "gpt-5",
    "gen_ai.response.model": "gpt-5-2026-06-01",
    "gen_ai.usage.input_tokens": 900,
    "gen_ai.usage.output_tokens": 90,
    "gen_ai.usage.cache_read.input_tokens": 400,
  });
}

/** Without a conversation: only the trace ties it to one. */
export function copilotTool(second: number, command: string, result: string): Span {
  return copilotSpan("execute_tool run_in_terminal", second, {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "run_in_terminal",
    "gen_ai.tool.type": "function",
    "gen_ai.tool.call.id": `call_${second}`,
    "github.copilot.tool.parameters.command": command,
    "gen_ai.tool.call.arguments": JSON.stringify({ command, explanation: "run" }),
    "gen_ai.tool.call.result": result,
  });
}

export function copilotEvent(name: string, second: number, attributes: Values = {}): LogRecord {
  const eventName = `copilot_chat.${name}`;
  const own = { "event.name": eventName, ...attributes };
  return agentLog(chat, second, { eventName, body: eventName }, own);
}
