import { type AgentSetup, type Destination, keyPlaceholder } from "./agent-setup.ts";

/** @see https://github.com/openai/codex docs/config.md */
export const codexSetup: AgentSetup = {
  agent: "codex",
  name: "OpenAI Codex",
  steps: (destination) => [
    {
      where: "~/.codex/config.toml (a project's own file cannot set this)",
      lines: [
        "[otel]",
        "log_user_prompt = true",
        "",
        ...exporter("exporter", "logs", destination),
        "",
        ...exporter("metrics_exporter", "metrics", destination),
      ],
    },
  ],
  switches: [
    {
      setting: "log_user_prompt = true",
      discloses: "the words of prompts",
      gives: "the prompt behind a finding, and injected or leaked text in prompts",
    },
    {
      setting: "exporter",
      discloses: "arguments and output of every tool, always: there is no switch for them",
      gives: "unsafe commands and secrets in tool results are found",
    },
  ],
  notes: [
    "Codex reports no cost; it is priced from tokens by analyzer.prices.",
    "With [analytics] enabled = false Codex sends no metrics.",
  ],
};

function exporter(name: string, signal: string, { otlpHttp, needsKey }: Destination): string[] {
  return [
    `[otel.${name}.otlp-http]`,
    `endpoint = "${otlpHttp}/v1/${signal}"`,
    'protocol = "binary"',
    ...(needsKey ? [`headers = { "Authorization" = "Bearer ${keyPlaceholder}" }`] : []),
  ];
}
