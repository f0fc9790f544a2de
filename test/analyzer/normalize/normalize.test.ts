import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { otel } from "../../../analyzer/normalize/dialects/otel.ts";
import { dialects, normalizeLog, normalizeSpan } from "../../../analyzer/normalize/normalize.ts";
import { slotsOf } from "../../../analyzer/normalize/read-fields.ts";
import { inferenceOperations } from "../../../core/model/genai.ts";
import type { AttributeValue } from "../../../core/model/telemetry.ts";
import { logOf, spanEventOf, spanOf } from "../../helpers/otlp-records.ts";
import { normalized, scopeOf, spoken, toValue } from "./normalized.ts";

describe("which dialect reads a record", () => {
  it.each([
    ["ai-sdk", { "ai.operationId": "ai.toolCall", "openinference.span.kind": "TOOL" }, ""],
    ["ai-sdk", { "ai.operationId": "ai.toolCall", "langsmith.span.kind": "tool" }, ""],
    ["openinference", { "openinference.span.kind": "LLM", "gen_ai.system": "openai" }, ""],
    ["openllmetry", { "traceloop.span.kind": "tool", "gen_ai.system": "openai" }, ""],
    ["otel/g1", { "gen_ai.system": "openai" }, ""],
    ["openllmetry", { "gen_ai.system": "openai" }, "@traceloop/instrumentation-openai"],
    ["langfuse", { "gen_ai.system": "openai" }, "langfuse-sdk"],
    ["otel/g1", { "gen_ai.system": "openai" }, "gen_ai.but.mine"],
  ])("is %s for %o in scope %s", (convention, attributes, scope) => {
    expect(normalized(attributes, { scope: scopeOf(scope) }).convention).toBe(convention);
  });

  it("is none for a scope alone", () => {
    const scope = scopeOf("@traceloop/node-server-sdk");
    expect(normalizeSpan(spanOf({ "http.route": "/" }, { scope }))).toBeNull();
  });

  it("refuses a table that gives an attribute two meanings", () => {
    const fields = { ...otel.fields, agent: ["gen_ai.tool.name"] };
    expect(() => slotsOf({ ...otel, fields })).toThrow("gen_ai.tool.name stands for two fields");
  });

  it.each(dialects.map(({ id }) => id))("is documented: %s", (id) => {
    expect(readFileSync("docs/telemetry.md", "utf8")).toContain(`| \`${id}`);
  });
});

describe("tokens", () => {
  const usage = (rest: Record<string, AttributeValue>) =>
    normalized({ "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 100, ...rest });

  it.each([
    ["are taken as they are", { cached: 60 }, 100],
    ["gain the cached ones where these are more", { cached: 160 }, 260],
    ["gain the cached ones where the total does", { cached: 60, total: 180 }, 160],
    ["stay where the total has no more", { cached: 60, total: 120 }, 100],
  ])("of input %s", (_name, { cached, total = 0 }: { cached: number; total?: number }, input) => {
    const record = usage({
      "gen_ai.usage.output_tokens": 20,
      "gen_ai.usage.cache_read.input_tokens": cached,
      ...(total > 0 && { "gen_ai.usage.total_tokens": total }),
    });
    expect(record).toMatchObject({ inputTokens: input, cacheReadTokens: cached });
  });

  it("of reasoning are part of the output", () => {
    const reasoning = { "gen_ai.usage.reasoning_tokens": 30 };
    expect(usage({ ...reasoning, "gen_ai.usage.output_tokens": 50 }).outputTokens).toBe(50);
    expect(usage({ ...reasoning, "gen_ai.usage.output_tokens": 20 }).outputTokens).toBe(50);
    const total = { "gen_ai.usage.output_tokens": 40, "gen_ai.usage.total_tokens": 170 };
    expect(usage({ ...reasoning, ...total }).outputTokens).toBe(70);
  });

  it.each([[-1], [1.5], ["many"], [Number.NaN], [2 ** 60], [""], [true]])(
    "are 0 for %p, and the next name is tried",
    (value) => {
      const attributes = { "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": value };
      expect(normalized(attributes).inputTokens).toBe(0);
      expect(normalized({ ...attributes, "gen_ai.usage.prompt_tokens": "7" }).inputTokens).toBe(7);
    },
  );

  it("are counted by the views for the same operations", () => {
    const view = readFileSync("core/store/migrations/0011_create_windows_1m_mv.sql", "utf8");
    const listed = /GenAiOperation IN \(([^)]*)\)/.exec(view)?.[1]?.match(/'(\w*)'/g) ?? [];
    expect(listed.map((name) => name.slice(1, -1)).toSorted()).toEqual(
      ["", ...inferenceOperations].toSorted(),
    );
  });
});

describe("shapes of messages", () => {
  it.each([
    [
      "items of the Responses API",
      [
        { type: "message", role: "assistant", content: [{ type: "output_text", text: "hi" }] },
        { type: "function_call", name: "t", call_id: "c1", id: "fc_1", arguments: "{}" },
      ],
    ],
    [
      "Gemini's candidates",
      {
        candidates: [
          {
            content: {
              role: "model",
              parts: [{ text: "hi" }, { functionCall: { name: "t", args: "{}" } }],
            },
          },
        ],
      },
    ],
    [
      "Bedrock's blocks",
      [
        {
          role: "assistant",
          content: [{ text: "hi" }, { toolUse: { toolUseId: "c", name: "t", input: "{}" } }],
        },
      ],
    ],
    [
      "Anthropic's blocks",
      [
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "hi" },
            { type: "tool_use", id: "c", name: "t", input: "{}" },
          ],
        },
      ],
    ],
  ])("includes %s", (_name, messages) => {
    const record = normalized({
      "gen_ai.operation.name": "chat",
      "gen_ai.output.messages": JSON.stringify(messages),
    });
    expect(spoken(record.contents)).toEqual([
      ["output", "hi", ""],
      ["tool_call", "{}", "t"],
    ]);
  });

  it("includes results of all of them", () => {
    const messages = [
      { role: "user", content: [{ type: "tool_result", tool_use_id: "c", content: "one" }] },
      { type: "function_call_output", call_id: "c", output: "two" },
      { role: "user", parts: [{ functionResponse: { name: "t", response: "three" } }] },
      { role: "user", content: [{ toolResult: { content: [{ text: "four" }] } }] },
    ];
    const record = normalized({
      "gen_ai.operation.name": "chat",
      "gen_ai.input.messages": JSON.stringify(messages),
    });
    expect(spoken(record.contents)).toEqual([
      ["tool_result", "one", ""],
      ["tool_result", "two", ""],
      ["tool_result", "three", "t"],
      ["tool_result", "four", ""],
    ]);
  });

  it("keeps a part of an unknown kind as its JSON", () => {
    const record = normalized({
      "gen_ai.operation.name": "chat",
      "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"new","words":"hi"}]}]',
    });
    expect(spoken(record.contents)).toEqual([["output", '{"type":"new","words":"hi"}', ""]]);
  });

  it("reads one message of plain text the same with and without parsing", () => {
    const plain = '[{"role":"user","parts":[{"type":"text","content":"hello"}]}]';
    const read = (json: string) =>
      normalized({ "gen_ai.operation.name": "chat", "gen_ai.input.messages": json }).contents;
    expect(read(plain)).toEqual(read(plain.replace('"role"', ' "role"')));
    expect(spoken(read(plain.replace("hello", 'say \\"hello\\"')))).toEqual([
      ["input", 'say "hello"', ""],
    ]);
    expect(spoken(read(plain.replace("user", "system")))).toEqual([["system", "hello", ""]]);
  });
});

describe("hostile records", () => {
  const names = fc.constantFrom(
    ...dialects.flatMap(({ marks, fields }) => [...marks, ...Object.values(fields).flat()]),
    "llm.input_messages.0.message",
    "llm.input_messages.0.message.role",
    "llm.input_messages.0.message.contents.1.x",
    "gen_ai.prompt.__proto__.x",
    `gen_ai.prompt.0.${"a.".repeat(50)}b`,
    "gen_ai.input.messages_ref",
    "evaluations.0.evaluation.name",
  );
  const json = fc.json({ maxDepth: 6 });
  const values: fc.Arbitrary<AttributeValue> = fc.oneof(
    json,
    fc.string(),
    fc.double(),
    fc.bigInt(),
    fc.boolean(),
    json.map((text) => text.slice(0, -1)),
    fc.jsonValue().map(toValue),
    fc.constantFrom("LLM", "TOOL", "chat", "execute_tool", "tool", "ai.toolCall", "retriever"),
  );
  const attributes = fc.dictionary(names, values, { maxKeys: 30 });

  it("never make it throw, and stay as they are", () => {
    fc.assert(
      fc.property(attributes, fc.string(), (given, name) => {
        const span = spanOf(given, { name, events: [spanEventOf("gen_ai.choice", given)] });
        const before = structuredClone(span.attributes);
        const log = logOf("gen_ai.user.message", toValue(given), { attributes: span.attributes });
        for (const record of [normalizeSpan(span), normalizeLog(log)]) {
          for (const { text, tool, toolCallId, location } of record?.contents ?? []) {
            const all = [text, tool, toolCallId, location];
            expect(all.every((value) => typeof value === "string")).toBe(true);
          }
          expect(Number.isSafeInteger(record?.inputTokens ?? 0)).toBe(true);
          expect((record?.operation ?? "").length).toBeLessThanOrEqual(256);
        }
        expect(span.attributes).toEqual(before);
      }),
    );
  });

  it.each<[name: string, value: string]>([
    ["nested lists", `${"[".repeat(200_000)}"deep"${"]".repeat(200_000)}`],
    ["open lists", "[".repeat(200_000)],
    ["nested messages", `${'{"message":'.repeat(50_000)}"x"${"}".repeat(50_000)}`],
    ["quotes", `["${'\\"'.repeat(200_000)}`],
    ["backslashes", `["${"\\".repeat(400_001)}`],
    ["spaces", `[${" ".repeat(400_000)}`],
    ["commas", `["a"${",".repeat(200_000)}`],
    [
      "many parts",
      JSON.stringify([{ role: "user", parts: Array.from({ length: 50_000 }, () => "x") }]),
    ],
    [
      "many calls and results",
      JSON.stringify([
        {
          role: "assistant",
          parts: Array.from({ length: 20_000 }, (_, id) => ({ type: "tool_call", id: `${id}` })),
        },
        {
          role: "tool",
          parts: Array.from({ length: 20_000 }, (_, id) => ({
            type: "tool_call_response",
            id: `${id}`,
            response: "x",
          })),
        },
      ]),
    ],
  ])("with %s take no more than linear time", (_name, value) => {
    const record = normalized({
      "gen_ai.operation.name": "chat",
      "gen_ai.input.messages": value,
      "gen_ai.output.messages": value,
      "gen_ai.tool.definitions": value,
    });
    expect(record.operation).toBe("chat");
  });

  it("keep text that is nested too deep to walk", () => {
    const value = `${"[".repeat(20_000)}"deep words"${"]".repeat(20_000)}`;
    const record = normalized({ "gen_ai.operation.name": "chat", "gen_ai.output.messages": value });
    expect(record.contents.map(({ text }) => text).join()).toContain("deep words");
  });

  it("with many names and events take no more than linear time", () => {
    const flattened = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [
        `gen_ai.prompt.${index}.content`,
        `text ${index}`,
      ]),
    );
    const events = Array.from({ length: 20_000 }, () =>
      spanEventOf("gen_ai.evaluation.result", { "gen_ai.evaluation.name": "x" }),
    );
    const record = normalized(flattened, { events });
    expect(record.verdicts).toHaveLength(20_000);
    expect(record.contents.length).toBeGreaterThanOrEqual(10_000);
  });
});
