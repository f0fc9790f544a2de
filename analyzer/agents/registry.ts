import { claudeCode } from "./claude-code.ts";
import { codex } from "./codex.ts";
import type { CodingAgent } from "./coding-agent.ts";
import { copilot } from "./copilot.ts";
import { cursor } from "./cursor.ts";
import { geminiCli } from "./gemini-cli.ts";

/** Every coding agent whose telemetry is read. */
export const codingAgents: readonly CodingAgent[] = [claudeCode, codex, geminiCli, copilot, cursor];
