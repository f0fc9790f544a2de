import { spanOf } from "../../../helpers/otlp-records.ts";
import { countedTokens, normalized, spoken } from "../normalized.ts";

/** A message as LangChain serializes it. */
const serialized = (name: string, kwargs: object) => ({
  lc: 1,
  type: "constructor",
  id: ["langchain_core", "messages", name],
  kwargs,
});

describe("LangSmith", () => {
  it("reads a model call with LangChain's serialized messages", () => {
    const record = normalized({
      "langsmith.span.kind": "llm",
      "langsmith.trace.name": "ChatOpenAI",
      "langsmith.metadata.thread_id": "t1",
      "gen_ai.operation.name": "chat",
      "gen_ai.system": "openai",
      "gen_ai.request.model": "gpt-5",
      "gen_ai.prompt": JSON.stringify({
        messages: [
          [
            serialized("SystemMessage", { content: "Be brief." }),
            serialized("HumanMessage", { content: "hello" }),
          ],
        ],
      }),
      "gen_ai.completion": JSON.stringify({
        generations: [
          [
            {
              text: "hi",
              message: serialized("AIMessage", {
                content: "hi",
                tool_calls: [{ id: "c1", name: "send_mail", args: { to: "x" } }],
              }),
            },
          ],
        ],
      }),
      "langsmith.usage_metadata": JSON.stringify({
        input_tokens: 100,
        output_tokens: 20,
        total_tokens: 120,
        input_token_details: { cache_read: 60, cache_creation: 10 },
        output_token_details: { reasoning: 5 },
      }),
    });
    expect(record).toMatchObject({
      convention: "langsmith",
      operation: "chat",
      conversationId: "t1",
      inputTokens: 100,
      outputTokens: 20,
      cacheReadTokens: 60,
      cacheWriteTokens: 10,
      reasoningTokens: 5,
    });
    expect(spoken(record.contents)).toEqual([
      ["system", "Be brief.", ""],
      ["input", "hello", ""],
      ["output", "hi", ""],
      ["tool_call", '{"to":"x"}', "send_mail"],
    ]);
  });

  it("reads a wrapped chat completion", () => {
    const record = normalized({
      "langsmith.span.kind": "llm",
      "gen_ai.prompt": JSON.stringify({
        model: "gpt-5",
        messages: [{ role: "user", content: "hello" }],
        tools: [{ type: "function", function: { name: "t" } }],
      }),
      "gen_ai.completion": JSON.stringify({
        choices: [{ index: 0, message: { role: "assistant", content: "hi" } }],
      }),
    });
    expect(spoken(record.contents)).toEqual([
      ["tool_definition", '{"type":"function","function":{"name":"t"}}', "t"],
      ["input", "hello", ""],
      ["output", "hi", ""],
    ]);
  });

  it("reads tools and retrievers by their kind", () => {
    const tool = normalized({
      "langsmith.span.kind": "tool",
      "langsmith.trace.name": "send_mail",
      "gen_ai.prompt": '{"input":"{\\"to\\":\\"x\\"}"}',
      "gen_ai.completion": '{"output":"sent"}',
    });
    expect(tool).toMatchObject({ operation: "execute_tool", tool: "send_mail" });
    expect(tool.contents.map(({ direction }) => direction)).toEqual(["tool_call", "tool_result"]);
    const retriever = normalized({
      "langsmith.span.kind": "retriever",
      "gen_ai.operation.name": "embeddings",
      "gen_ai.completion": '{"documents":[{"pageContent":"a page","metadata":{}}]}',
    });
    expect(retriever.operation).toBe("retrieval");
    expect(spoken(retriever.contents)).toEqual([["retrieved", "a page", ""]]);
  });

  it("counts the tokens of the model calls of a trace only", () => {
    const usage = {
      "gen_ai.usage.input_tokens": 100,
      "gen_ai.usage.output_tokens": 10,
      "gen_ai.usage.total_tokens": 110,
    };
    const run = (kind: string, operation: string, rest = {}) =>
      spanOf({ "langsmith.span.kind": kind, "gen_ai.operation.name": operation, ...rest });
    expect(
      countedTokens([
        run("chain", "chain", usage),
        run("prompt", "chat", usage),
        run("llm", "chat", usage),
        run("tool", "execute_tool"),
        run("retriever", "embeddings", usage),
        run("llm", "chat", usage),
      ]),
    ).toEqual({ input: 200, output: 20, cacheRead: 0, cacheWrite: 0, inferences: 2 });
  });
});
