import type { ToolCall } from "../tool-call.ts";
import { matchesRule, parsePermissionRule } from "./claude-permission-rule.ts";
import { claudeToolUse } from "./claude-tool-use.ts";

/** Whether a tool call is one that a rule stops or holds. */
export type StopsCall = (call: Pick<ToolCall, "service" | "tool" | "arguments">) => boolean;

/** A permission rule ready to be asked about live calls; undefined for any other text. */
export function compileRule(text: string): StopsCall | undefined {
  const rule = parsePermissionRule(text);
  return (
    rule &&
    (({ service, tool, arguments: given }) =>
      matchesRule(
        rule,
        claudeToolUse({ service, tool, arguments: given, traceId: "", spanId: "", session: "" }),
      ))
  );
}
