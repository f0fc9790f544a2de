import { promptFingerprint } from "../../../analyzer/normalize/prompt-fingerprint.ts";
import type { AttributeValue } from "../../../core/model/telemetry.ts";
import { normalized, toValue } from "./normalized.ts";

function fingerprint(attributes: Record<string, AttributeValue>): string {
  return promptFingerprint(normalized({ "gen_ai.operation.name": "chat", ...attributes }));
}

const instructions = (text: string) => ({
  "gen_ai.system_instructions": JSON.stringify([{ type: "text", content: text }]),
});
const tools = (...names: string[]) => ({
  "gen_ai.tool.definitions": JSON.stringify(names.map((name) => ({ type: "function", name }))),
});

describe("promptFingerprint", () => {
  it("is 16 hex digits, and empty without instructions and tools", () => {
    expect(fingerprint(instructions("Be brief."))).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprint(tools("pay"))).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprint({ "gen_ai.output.messages": "hi" })).toBe("");
  });

  it.each([
    ["instructions", instructions("Be brief."), instructions("Be kind.")],
    ["numbers in them", instructions("Pay up to 5 USD."), instructions("Pay up to 50 USD.")],
    ["tools", tools("pay"), tools("pay", "refund")],
    [
      "tools beside instructions",
      instructions("Be brief."),
      {
        ...instructions("Be brief."),
        ...tools("pay"),
      },
    ],
  ])("changes with %s", (_name, before, after) => {
    expect(fingerprint(before)).not.toBe(fingerprint(after));
  });

  it.each([
    ["the order of tools", tools("pay", "refund"), tools("refund", "pay")],
    [
      "dates, times and UUIDs",
      instructions("It is 2026-11-20T10:00:00Z in 7d9f6a3e-0b1c-4d2e-8f3a-4b5c6d7e8f90."),
      instructions("It is 2026-11-21T11:30:00Z in 00000000-0b1c-4d2e-8f3a-4b5c6d7e8f90."),
    ],
    [
      "the encoding",
      instructions("Be brief."),
      { "gen_ai.system_instructions": toValue([{ type: "text", content: "Be brief." }]) },
    ],
  ])("does not change with %s", (_name, before, after) => {
    expect(fingerprint(before)).toBe(fingerprint(after));
  });

  it("ignores reminders later in the conversation", () => {
    const messages = (...roles: string[]) => ({
      "gen_ai.input.messages": JSON.stringify(
        roles.map((role, index) => ({ role, content: `${role} ${index}` })),
      ),
    });
    expect(fingerprint(messages("system", "user", "system"))).toBe(
      fingerprint(messages("system", "user")),
    );
  });
});
