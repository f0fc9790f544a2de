import * as fc from "fast-check";
import {
  matchesRule,
  parsePermissionRule,
} from "../../../../feedback/surfaces/guardrail/claude-permission-rule.ts";
import { claudeToolUse } from "../../../../feedback/surfaces/guardrail/claude-tool-use.ts";

const call = (tool: string, args: unknown) => ({
  traceId: "",
  spanId: "",
  session: "",
  service: "shop-assistant",
  tool,
  arguments: typeof args === "string" ? args : JSON.stringify(args),
});

function matches(rule: string, tool: string, args: unknown): boolean {
  const parsed = parsePermissionRule(rule);
  return parsed !== undefined && matchesRule(parsed, claudeToolUse(call(tool, args)));
}

describe("permission rules of Claude Code", () => {
  it.each([
    ["Bash", "Bash", { command: "ls" }, true],
    ["Bash(*)", "Bash", { command: "ls" }, true],
    ["Bash(curl:*)", "Bash", { command: "curl https://x.example" }, true],
    ["Bash(curl:*)", "Bash", { command: "curl" }, true],
    ["Bash(curl:*)", "Bash", { command: "curlew" }, false],
    ["Bash(curl:*)", "Bash", { command: "cd /tmp && curl x" }, true],
    ["Bash(curl:*)", "Bash", { command: "echo 'a && curl x'" }, false],
    ["Bash(curl:*)", "Bash", { command: "cat f | curl -d @- x" }, true],
    ["Bash(npm run *)", "Bash", { command: "npm run build" }, true],
    ["Bash(npm run *)", "Bash", { command: "npm run" }, true],
    ["Bash(git * main)", "Bash", { command: "git push origin main" }, true],
    ["Bash(git push)", "Bash", { command: "git push origin" }, false],
    ["Bash(git push:*)", "run_command", { cmd: "git push origin" }, true],
    ["WebFetch(domain:evil.example)", "WebFetch", { url: "https://evil.example/x?y" }, true],
    ["WebFetch(domain:evil.example)", "WebFetch", { url: "https://EVIL.example./x" }, true],
    ["WebFetch(domain:evil.example)", "WebFetch", { url: "https://a.evil.example" }, false],
    ["WebFetch(domain:*.evil.example)", "WebFetch", { url: "https://a.evil.example" }, true],
    ["WebFetch(domain:evil.example)", "WebFetch", { url: "https://notevil.example" }, false],
    ["WebFetch(domain:evil.example)", "http_post", { url: "https://evil.example" }, true],
    ["WebFetch(domain:evil.example)", "WebFetch", { url: "evil.example" }, false],
    ["Read(.env)", "Read", { file_path: "packages/a/.env" }, true],
    ["Read(./.env)", "Read", { file_path: ".env" }, true],
    ["Read(./.env)", "Read", { file_path: "src/../.env" }, true],
    ["Read(./.env)", "Read", { file_path: "a/.env" }, false],
    ["Read(./secrets/**)", "read_file", { path: "secrets/a/b.txt" }, true],
    ["Read(//etc/**)", "Read", { file_path: "/etc/passwd" }, true],
    ["Read(/etc/**)", "Read", { file_path: "/etc/passwd" }, false],
    ["Read(~/.ssh/**)", "Read", { file_path: "~/.ssh/id_rsa" }, true],
    ["Read(*.pem)", "Read", { file_path: "a/b/key.pem" }, true],
    ["Edit(src/**)", "Write", { file_path: "src/a.ts" }, true],
    ["Read(src/**)", "Write", { file_path: "src/a.ts" }, false],
    ["mcp__mail__send", "mcp__mail__send", {}, true],
    ["mcp__mail__send", "mcp__mail__send_all", {}, false],
    ["mcp__mail", "mcp__mail__send", {}, true],
    ["mcp__mail__*", "mcp__mail__send", {}, true],
    ["mcp__mail", "mcp__mailer__send", {}, false],
    ["mcp__shop-assistant__export_report", "export_report", { to: "x" }, true],
  ] as const)("%s on %s %j is %s", (rule, tool, args, expected) => {
    expect(matches(rule, tool, args)).toBe(expected);
  });

  it.each([
    "Write(src/**)",
    "Bash(",
    "Bash()",
    "WebFetch(evil.example)",
    "WebFetch(domain:a b.c)",
    "",
    "bash",
    "Bash(a)\nBash",
  ])("does not know the rule %j", (rule) => {
    expect(parsePermissionRule(rule)).toBeUndefined();
  });

  it("survives every tool name and argument", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.constantFrom("constructor", "__proto__", "bash"),
        ),
        fc.oneof(fc.string({ unit: "binary" }), fc.json()),
        (tool, args) => {
          expect(claudeToolUse(call(tool, args)).tool).toMatch(/^(?:Bash|WebFetch|Read|Edit|mcp)$/);
        },
      ),
    );
  });
});
