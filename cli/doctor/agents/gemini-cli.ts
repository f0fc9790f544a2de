import { type AgentSetup, headerLines } from "./agent-setup.ts";

/** @see https://github.com/google-gemini/gemini-cli docs/cli/telemetry.md */
export const geminiCliSetup: AgentSetup = {
  agent: "gemini-cli",
  name: "Gemini CLI",
  steps: (destination) => [
    {
      where: "~/.gemini/settings.json",
      lines: JSON.stringify(
        {
          telemetry: {
            enabled: true,
            target: "local",
            otlpProtocol: "http",
            otlpEndpoint: destination.otlpHttp,
            logPrompts: true,
          },
        },
        null,
        2,
      ).split("\n"),
    },
    ...(destination.needsKey
      ? [{ where: "environment of gemini", lines: headerLines(destination) }]
      : []),
  ],
  switches: [
    {
      setting: "logPrompts: true",
      discloses:
        "the words of prompts and whole requests and responses; this is Gemini CLI's default, " +
        "set it to false to keep them back",
      gives: "the prompt behind a finding, and injected or leaked text",
    },
    {
      setting: "enabled: true",
      discloses: "arguments of every tool, always: there is no switch for them",
      gives: "unsafe commands are found",
    },
  ],
  notes: [
    "Gemini CLI reports no cost; it is priced from tokens by analyzer.prices.",
    "Events of Gemini CLI name no commit.",
  ],
};
