import { type AgentSetup, headerLines } from "./agent-setup.ts";

/** @see https://code.claude.com/docs/en/monitoring-usage */
export const claudeCodeSetup: AgentSetup = {
  agent: "claude-code",
  name: "Claude Code",
  steps: (destination) => [
    {
      where: 'environment of claude (or "env" in ~/.claude/settings.json)',
      lines: [
        "export CLAUDE_CODE_ENABLE_TELEMETRY=1",
        "export OTEL_METRICS_EXPORTER=otlp",
        "export OTEL_LOGS_EXPORTER=otlp",
        "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        `export OTEL_EXPORTER_OTLP_ENDPOINT=${destination.otlpHttp}`,
        ...headerLines(destination),
        "export OTEL_LOG_TOOL_DETAILS=1",
        "export OTEL_LOG_USER_PROMPTS=1",
      ],
    },
  ],
  switches: [
    {
      setting: "OTEL_LOG_TOOL_DETAILS=1",
      discloses: "commands, file paths, tool arguments and error messages",
      gives: "unsafe commands are found, and commits lead to their session and prompt",
    },
    {
      setting: "OTEL_LOG_USER_PROMPTS=1",
      discloses:
        "the words of prompts, and of responses unless OTEL_LOG_ASSISTANT_RESPONSES=0 is set",
      gives: "the prompt behind a finding, and injected or leaked text in prompts",
    },
    {
      setting: "OTEL_LOG_RAW_API_BODIES=1",
      discloses: "whole conversations with the model, file contents and tool results among them",
      gives: "secrets and injected instructions in what tools return",
    },
  ],
  notes: [
    "Metrics are sent every 60 s, events every 5 s.",
    "Spans are a beta feature and repeat the events: CLAUDE_CODE_ENHANCED_TELEMETRY_BETA=1 and " +
      "OTEL_TRACES_EXPORTER=otlp.",
  ],
};
