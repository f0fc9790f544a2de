import { createGuard } from "../../../analyzer/guard/guard.ts";
import { createInspector } from "../../../analyzer/inspect/inspector.ts";
import { createTextMask } from "../../../analyzer/redact/text-mask.ts";
import { createRuleSet } from "../../../analyzer/rules/rule-set.ts";
import { Config } from "../../../core/config/config.ts";
import { createChange } from "../../../core/model/create-change.ts";
import { logOf, spanOf } from "../../helpers/otlp-records.ts";

const token = "ghp_k7Qd2mXw9RzT4bHs1NvY8cJf6GpL3eW5uA0B";
const mask = /ghp_\*{4}\w{0,4}~[0-9a-f]{6}/;

const commit = {
  kind: "commit",
  changeId: "c1",
  timeUnixMs: 1,
  source: "native",
  message: token,
} as const;

/** The mask of one secret in everything that an installation with this key says of it. */
function masksOf(key: string): (string | undefined)[] {
  const config = Config.parse({});
  const inspector = createInspector(config.analyzer, key);
  const guard = createGuard({
    config,
    maskKey: key,
    rules: createRuleSet([]),
    guardrails: { match: () => [] },
    verdicts: { judged: (_place, matches) => matches },
    metrics: { count: () => undefined, observe: () => undefined },
  });
  const said = [
    inspector.span("acme", spanOf({ note: token })).span.attributes.get("note"),
    inspector.log("acme", logOf("", `a ${token}`)).record.body,
    inspector.change(createChange(commit)).message,
    guard.judge("acme", { direction: "output", content: `b ${token}`, context: {} }).redacted,
    createTextMask(key)(`${token}.`),
  ];
  return said.map((text) => mask.exec(JSON.stringify(text))?.[0]);
}

it("is one for all signals, changes, people's words and the guard of an installation", () => {
  const masks = masksOf("one");
  expect(masks[0]).toMatch(mask);
  expect(new Set(masks).size).toBe(1);
  expect(masksOf("two")[0]).not.toBe(masks[0]);
});
