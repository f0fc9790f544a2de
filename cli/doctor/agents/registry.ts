import type { CodingAgentId } from "../../../core/model/agent-event.ts";
import type { AgentSetup } from "./agent-setup.ts";
import { claudeCodeSetup } from "./claude-code.ts";
import { codexSetup } from "./codex.ts";
import { copilotSetup } from "./copilot.ts";
import { cursorSetup } from "./cursor.ts";
import { geminiCliSetup } from "./gemini-cli.ts";

export const agentSetups: Readonly<Record<CodingAgentId, AgentSetup>> = {
  "claude-code": claudeCodeSetup,
  codex: codexSetup,
  "gemini-cli": geminiCliSetup,
  copilot: copilotSetup,
  cursor: cursorSetup,
};
