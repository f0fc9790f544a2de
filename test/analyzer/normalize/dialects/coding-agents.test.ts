import { spanOf } from "../../../helpers/otlp-records.ts";
import { countedTokens, normalized } from "../normalized.ts";

const session = { "session.id": "s1", "prompt.id": "p1" };

describe("coding agents", () => {
  it("counts the tokens of the model calls of a Claude Code trace, cached ones included", () => {
    const request = (input: number, cached: number) =>
      spanOf(
        {
          ...session,
          "gen_ai.system": "anthropic",
          "gen_ai.request.model": "claude-sonnet-4-5",
          model: "claude-sonnet-4-5",
          input_tokens: input,
          output_tokens: 20,
          cache_read_tokens: cached,
          cache_creation_tokens: 0,
        },
        { name: "claude_code.llm_request" },
      );
    const tool = spanOf(
      { ...session, tool_name: "Bash", full_command: "ls", "gen_ai.tool.call.id": "c1" },
      { name: "claude_code.tool" },
    );
    const interaction = spanOf(session, { name: "claude_code.interaction" });
    expect(countedTokens([interaction, request(100, 50), tool, request(10, 500)])).toEqual({
      input: 660,
      output: 40,
      cacheRead: 550,
      cacheWrite: 0,
      inferences: 2,
    });
  });

  it("counts the tokens of the model calls of a Copilot trace only", () => {
    const usage = { "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 10 };
    const span = (operation: string, rest = {}) =>
      spanOf({ "gen_ai.operation.name": operation, "gen_ai.agent.name": "copilot", ...rest });
    expect(
      countedTokens([
        span("invoke_agent", usage),
        span("chat", { ...usage, "gen_ai.usage.cache_read.input_tokens": 40 }),
        span("execute_tool", { "gen_ai.tool.name": "run_in_terminal" }),
        span("execute_hook", { "github.copilot.hook.decision": "allow" }),
      ]),
    ).toEqual({ input: 100, output: 10, cacheRead: 40, cacheWrite: 0, inferences: 1 });
  });

  it("gives the operation of each of their spans", () => {
    const operation = (name: string, attributes = {}) =>
      normalized({ ...session, ...attributes }, { name }).operation;
    expect(operation("claude_code.tool", { tool_name: "Read" })).toBe("execute_tool");
    expect(operation("claude_code.llm_request", { model: "x", output_tokens: 3 })).toBe("chat");
  });
});
