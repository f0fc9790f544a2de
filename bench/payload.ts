import type { AttributeValue, Resource, Scope, Span } from "../core/model/telemetry.ts";
import { createRandom } from "./random.ts";

export interface PayloadOptions {
  readonly spans: number;
  readonly seed: number;
  /** Start of the first span; each further one starts a millisecond later. */
  readonly startUnixMs: number;
}

const words =
  "the order was shipped to your address and a refund takes about five days please check the status of invoice number before calling support again because our agent cannot change payment details".split(
    " ",
  );
const cjkWords = ["订单", "已经", "发货", "请", "查看", "状态", "退款", "需要", "五天", "地址"];
const models = ["gpt-4o-2024-08-06", "claude-sonnet-4-5", "gemini-2.5-flash"];
const agents = ["shop-assistant", "refund-agent", "search-agent"];
const cjkShare = 0.1;

/**
 * GenAI chat spans of about 2.3 KB in protobuf: 16 attributes, prompt and completion of 1 to
 * 2 KB together, a tenth of them with Chinese text. Deterministic in `options`.
 */
export function genAiSpans(options: PayloadOptions): Span[] {
  const random = createRandom(options.seed);
  const resource: Resource = {
    attributes: new Map<string, AttributeValue>([
      ["service.name", "shop-assistant"],
      ["service.version", "1.8.0"],
      ["deployment.environment.name", "production"],
      ["telemetry.sdk.language", "nodejs"],
    ]),
    schemaUrl: "https://opentelemetry.io/schemas/1.37.0",
  };
  const scope: Scope = { name: "genai", version: "1.0.0", attributes: new Map(), schemaUrl: "" };
  return Array.from({ length: options.spans }, (_, index) => ({
    resource,
    scope,
    ...genAiSpan(random, BigInt(options.startUnixMs + index) * 1_000_000n),
  }));
}

function genAiSpan(
  random: () => number,
  startTimeUnixNano: bigint,
): Omit<Span, "resource" | "scope"> {
  const model = pick(random, models);
  return {
    traceId: hex(random, 32),
    spanId: hex(random, 16),
    parentSpanId: hex(random, 16),
    traceState: "",
    name: `chat ${model}`,
    kind: 3,
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + BigInt(Math.floor(random() * 3e9)),
    attributes: genAiAttributes(random, model),
    events: [],
    links: [],
    statusCode: 1,
    statusMessage: "",
  };
}

function genAiAttributes(random: () => number, model: string): Map<string, AttributeValue> {
  const vocabulary = random() < cjkShare ? [...words, ...cjkWords] : words;
  const question = text(random, vocabulary, 500 + random() * 500);
  const answer = text(random, vocabulary, 500 + random() * 500);
  return new Map<string, AttributeValue>([
    ["gen_ai.operation.name", "chat"],
    ["gen_ai.provider.name", model.startsWith("gpt") ? "openai" : "other"],
    ["gen_ai.request.model", model],
    ["gen_ai.response.model", model],
    ["gen_ai.response.id", `resp_${hex(random, 24)}`],
    ["gen_ai.conversation.id", `conv_${hex(random, 12)}`],
    ["gen_ai.agent.name", pick(random, agents)],
    ["gen_ai.request.temperature", 0.7],
    ["gen_ai.request.max_tokens", 2048],
    ["gen_ai.usage.input_tokens", Math.floor(random() * 4000)],
    ["gen_ai.usage.output_tokens", Math.floor(random() * 800)],
    ["gen_ai.response.finish_reasons", ["stop"]],
    ["server.address", "api.example.com"],
    ["server.port", 443],
    ["gen_ai.input.messages", messages("user", question)],
    ["gen_ai.output.messages", messages("assistant", answer)],
  ]);
}

/** As instrumentations write them: a JSON string. */
function messages(role: string, content: string): string {
  return JSON.stringify([{ role, parts: [{ type: "text", content }] }]);
}

function text(random: () => number, vocabulary: readonly string[], characters: number): string {
  let result = pick(random, vocabulary);
  while (result.length < characters) {
    result += ` ${pick(random, vocabulary)}`;
  }
  return result;
}

function hex(random: () => number, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("");
}

function pick<T>(random: () => number, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}
