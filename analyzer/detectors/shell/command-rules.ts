import type { CommandRule } from "./command-rule.ts";
import { controlRules } from "./rules/control-rules.ts";
import { destructionRules } from "./rules/destruction-rules.ts";
import { flawRules } from "./rules/flaw-rules.ts";
import { networkRules } from "./rules/network-rules.ts";
import { readRules } from "./rules/read-rules.ts";

/** Every rule over a script. */
export const commandRules: readonly CommandRule[] = [
  ...networkRules,
  ...destructionRules,
  ...controlRules,
  ...readRules,
  ...flawRules,
];
