import type { AttributeValue, Resource, Scope, Span } from "../../core/model/telemetry.ts";
import type { Random } from "./random.ts";

/** One step of a conversation as the agent's instrumentation reports it. */
export interface ToolCall {
  readonly tool: string;
  readonly arguments: object;
  readonly result: string;
  /** The runtime refused the call because of a permission rule. */
  readonly denied?: boolean;
}

export interface Conversation {
  readonly startsAtUnixMs: number;
  readonly question: string;
  readonly calls: readonly ToolCall[];
  readonly answer: string;
}

const scope: Scope = {
  name: "shop.agent",
  version: "1",
  attributes: new Map(),
  schemaUrl: "https://opentelemetry.io/schemas/gen-ai/1.42.0",
};

const model = "claude-sonnet-4-5";
const systemInstructions = JSON.stringify([
  { type: "text", content: "You help customers of an outdoor shop. Be brief and kind." },
]);

interface Cursor {
  /** Unix nanoseconds. */
  now: bigint;
}

interface Context {
  readonly random: Random;
  readonly resource: Resource;
  readonly traceId: string;
  readonly rootId: string;
  readonly conversationId: string;
  readonly agent: string;
  readonly cursor: Cursor;
}

/**
 * The spans of one conversation: a root `invoke_agent`, a `chat` before and after each tool call,
 * an `execute_tool` per call; names after the OpenTelemetry GenAI conventions.
 */
export function conversationSpans(
  conversation: Conversation,
  by: { readonly random: Random; readonly resource: Resource; readonly agent: string },
): Span[] {
  const { random } = by;
  const start = BigInt(Math.round(conversation.startsAtUnixMs)) * 1_000_000n;
  const context: Context = {
    ...by,
    traceId: random.hex(32),
    rootId: random.hex(16),
    conversationId: `conv-${random.hex(12)}`,
    cursor: { now: start },
  };
  const steps: Span[] = [];
  let heard: object[] = [message("user", { type: "text", content: conversation.question })];
  for (const call of conversation.calls) {
    const id = `call_${random.hex(12)}`;
    const request = { type: "tool_call", id, name: call.tool, arguments: call.arguments };
    steps.push(chat(context, heard, request, "tool_call"));
    steps.push(executeTool(context, call, id));
    heard = [
      ...heard,
      message("assistant", request),
      message("tool", { type: "tool_call_response", id, response: call.result }),
    ];
  }
  steps.push(chat(context, heard, { type: "text", content: conversation.answer }, "stop"));
  return [root(context, start), ...steps];
}

function message(role: string, part: object): object {
  return { role, parts: [part] };
}

function root(context: Context, start: bigint): Span {
  return span(context, {
    name: `invoke_agent ${context.agent}`,
    kind: 1,
    spanId: context.rootId,
    parentSpanId: "",
    startTimeUnixNano: start,
    endTimeUnixNano: context.cursor.now,
    attributes: { "gen_ai.operation.name": "invoke_agent" },
  });
}

function chat(context: Context, heard: readonly object[], said: object, finish: string): Span {
  const { random } = context;
  const input = JSON.stringify(heard);
  const output = JSON.stringify([{ role: "assistant", parts: [said], finish_reason: finish }]);
  const latencyMs = 380 * Math.exp(0.35 * gaussian(random)) + output.length * 0.4;
  return step(context, latencyMs, {
    name: `chat ${model}`,
    kind: 3,
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "anthropic",
      "gen_ai.request.model": model,
      "gen_ai.response.model": `${model}-20250929`,
      "gen_ai.response.finish_reasons": [finish],
      "gen_ai.usage.input_tokens": 220 + Math.round(input.length / 4),
      "gen_ai.usage.output_tokens": Math.max(4, Math.round(output.length / 4)),
      "gen_ai.system_instructions": systemInstructions,
      "gen_ai.input.messages": input,
      "gen_ai.output.messages": output,
    },
  });
}

function executeTool(context: Context, call: ToolCall, id: string): Span {
  const failed = call.denied === true || context.random.next() < 0.006;
  return step(context, 40 * Math.exp(0.5 * gaussian(context.random)), {
    name: `execute_tool ${call.tool}`,
    kind: 1,
    statusCode: failed ? 2 : 0,
    statusMessage: call.denied === true ? "denied by a permission rule" : "",
    attributes: {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": call.tool,
      "gen_ai.tool.type": "function",
      "gen_ai.tool.call.id": id,
      "gen_ai.tool.call.arguments": JSON.stringify(call.arguments),
      "gen_ai.tool.call.result": call.result,
      ...(failed && { "error.type": call.denied === true ? "permission_denied" : "timeout" }),
    },
  });
}

interface SpanParts {
  readonly name: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly statusCode?: number;
  readonly statusMessage?: string;
}

function step(context: Context, latencyMs: number, parts: SpanParts): Span {
  const start = context.cursor.now + 2_000_000n;
  const end = start + BigInt(Math.round(latencyMs * 1e6));
  context.cursor.now = end;
  return span(context, {
    ...parts,
    spanId: context.random.hex(16),
    parentSpanId: context.rootId,
    startTimeUnixNano: start,
    endTimeUnixNano: end,
  });
}

function span(
  context: Context,
  parts: SpanParts &
    Pick<Span, "spanId" | "parentSpanId" | "startTimeUnixNano" | "endTimeUnixNano">,
): Span {
  const { attributes, ...rest } = parts;
  return {
    statusCode: 0,
    statusMessage: "",
    ...rest,
    resource: context.resource,
    scope,
    traceId: context.traceId,
    traceState: "",
    attributes: new Map<string, AttributeValue>([
      ["gen_ai.agent.name", context.agent],
      ["gen_ai.conversation.id", context.conversationId],
      ...Object.entries(attributes),
    ]),
    events: [],
    links: [],
  };
}

/** Standard normal (Box and Muller, 1958). */
function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
