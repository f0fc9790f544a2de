import { type AgentSetup, keyPlaceholder } from "./agent-setup.ts";

/** @see https://cursor.com/docs/enterprise/opentelemetry-export */
export const cursorSetup: AgentSetup = {
  agent: "cursor",
  name: "Cursor",
  steps: ({ otlpHttp, needsKey }) => [
    {
      where: "Team Settings > OpenTelemetry Export (Enterprise plan, beta)",
      lines: [
        "Endpoint: https://YOUR_PUBLIC_HOST (TLS in front of the address below)",
        `Forwards to: ${otlpHttp}`,
        `Header: Authorization: Bearer ${needsKey ? keyPlaceholder : "any; no key is set here yet"}`,
      ],
    },
  ],
  switches: [],
  notes: [
    "Cursor's servers push, not the editor: the address must be reachable from the internet " +
      "over HTTPS, so set up an API key first (telltale doctor --new-key).",
    "No prompts, responses, commands or tool results are on this wire. Tool calls and cost come " +
      "as metrics without a session.",
  ],
};
