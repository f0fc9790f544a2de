import { type AgentSetup, headerLines } from "./agent-setup.ts";

/** @see https://code.visualstudio.com/docs/agents/guides/monitoring-agents */
export const copilotSetup: AgentSetup = {
  agent: "copilot",
  name: "GitHub Copilot",
  steps: (destination) => [
    {
      where: "environment of VS Code or copilot",
      lines: [
        "export COPILOT_OTEL_ENABLED=true",
        `export OTEL_EXPORTER_OTLP_ENDPOINT=${destination.otlpHttp}`,
        "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        ...headerLines(destination),
        "export COPILOT_OTEL_CAPTURE_CONTENT=true",
      ],
    },
    {
      where: "or settings.json of VS Code (a key can only be given in the environment)",
      lines: [
        '"github.copilot.chat.otel.enabled": true,',
        '"github.copilot.chat.otel.exporterType": "otlp-http",',
        `"github.copilot.chat.otel.otlpEndpoint": "${destination.otlpHttp}",`,
        '"github.copilot.chat.otel.captureContent": true',
      ],
    },
  ],
  switches: [
    {
      setting: "COPILOT_OTEL_CAPTURE_CONTENT=true",
      discloses:
        "prompts, responses, system prompts, tool definitions, tool arguments and tool results",
      gives: "unsafe commands, secrets and injected text are found, and prompts behind findings",
    },
  ],
  notes: [
    "Copilot names the commit that was checked out: the parent of what it makes. A commit on " +
      "top of it leads to the conversation with less confidence.",
    "Copilot CLI may refuse to send to a plain http address; put TLS in front of it then.",
  ],
};
