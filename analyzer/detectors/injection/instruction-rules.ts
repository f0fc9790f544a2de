import type { InstructionRule } from "./instruction-rule.ts";
import { overrideRules } from "./override-rules.ts";
import { provenanceRules } from "./provenance-rules.ts";

/** Every shape of injection and jailbreak text. */
export const instructionRules: readonly InstructionRule[] = [...overrideRules, ...provenanceRules];
