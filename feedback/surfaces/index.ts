import { claudeSettings } from "./guardrail/claude-settings.ts";
import type { SurfaceFormat } from "./surface-format.ts";
import { openThreatModel } from "./threat-model/open-threat-model.ts";

/** Every artefact format that proposals are written in; a new one is a file and a line here. */
export const surfaceFormats: readonly SurfaceFormat[] = [claudeSettings, openThreatModel];
