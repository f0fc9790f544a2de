import { readdirSync } from "node:fs";
import * as fc from "fast-check";
import { agentEventRow } from "../../../analyzer/agents/agent-event-row.ts";
import { codingAgents } from "../../../analyzer/agents/registry.ts";
import { promptIdOf } from "../../../analyzer/agents/to-agent-events.ts";
import { codingAgentIds } from "../../../core/model/agent-event.ts";
import type { AttributeValue } from "../../../core/model/telemetry.ts";
import { claudeEvent } from "../../helpers/agents/claude-code.ts";
import { logOf, spanOf } from "../../helpers/otlp-records.ts";
import { eventsOf } from "./events-of.ts";

it("has every agent in the registry, each in a file of its name", () => {
  expect(codingAgents.map(({ id }) => id)).toEqual([...codingAgentIds]);
  const files = readdirSync(new URL("../../../analyzer/agents/", import.meta.url));
  expect(files).toEqual(expect.arrayContaining(codingAgentIds.map((id) => `${id}.ts`)));
});

it.each([
  [logOf("", "order placed")],
  [logOf("cart.checkout", "checkout done")],
  [logOf("gen_ai.choice", new Map([["role", "assistant"]]))],
  [spanOf({ "gen_ai.operation.name": "execute_tool", "session.id": "s" })],
  [spanOf({}, { name: "GET /claude_code.html" })],
])("takes nothing from other telemetry", (record) => {
  expect(eventsOf([record])).toEqual([]);
});

it("knows an agent by its event names where scope and service were renamed", () => {
  const { attributes } = claudeEvent("user_prompt", 0);
  expect(eventsOf([logOf("user_prompt", "claude_code.user_prompt", { attributes })])).toMatchObject(
    [{ agent: "claude-code", kind: "prompt", service: "shop" }],
  );
  expect(eventsOf([logOf("codex.user_prompt", null)])).toMatchObject([{ agent: "codex" }]);
});

it("gives a record without a time the time it was received", () => {
  const record = { ...claudeEvent("user_prompt", 0), timeUnixNano: 0n, observedTimeUnixNano: 0n };
  expect(eventsOf([record])[0]?.timeUnixMs).toBe(1);
});

it("reads the prompt id of either spelling", () => {
  expect(promptIdOf(new Map([["prompt.id", "a"]]))).toBe("a");
  expect(promptIdOf(new Map([["prompt_id", "b"]]))).toBe("b");
  expect(promptIdOf(new Map())).toBe("");
});

const hexId = /^[0-9a-f]{32}$/;

const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string()),
  fc.constantFrom("{", '{"git_commit_id":', '["bash"', "\ud800", "9".repeat(400)),
);

const keys = [
  "session.id",
  "prompt.id",
  "prompt",
  "tool_name",
  "tool_parameters",
  "arguments",
  "function_args",
  "duration_ms",
  "input_tokens",
  "cost_usd",
  "success",
  "decision",
  "mcp_servers",
  "gen_ai.operation.name",
  "gen_ai.input.messages",
  "github.copilot.git.commit_sha",
];

const names = codingAgents.flatMap(({ prefixes }) =>
  ["user_prompt", "tool_result", "tool_call", "conversation_starts", "api_request"].map(
    (name) => `${prefixes[0] ?? ""}${name}`,
  ),
);

it("gives bounded, storable rows whatever is sent", () => {
  const attributes = fc
    .dictionary(fc.constantFrom(...keys), value)
    .map((object) => new Map(Object.entries(object)));
  fc.assert(
    fc.property(fc.constantFrom(...names), attributes, (name, map) => {
      for (const event of eventsOf([logOf(name, null, { attributes: map })])) {
        const batch = { id: "b", receivedAtUnixMs: 1 };
        expect(agentEventRow(event, batch)).toMatchObject({ Id: expect.stringMatching(hexId) });
        expect(event.session.length).toBeLessThanOrEqual(256);
        expect(event.text.length + event.command.length).toBeLessThanOrEqual(2 * 8193);
        for (const count of [event.inputTokens, event.outputTokens, event.costUsd]) {
          expect(Number.isFinite(count) && count >= 0).toBe(true);
        }
      }
    }),
    { numRuns: 300 },
  );
});
