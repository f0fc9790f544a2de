import type { PersonalRule } from "./personal-rule.ts";
import { americanRules } from "./rules/american-rules.ts";
import { asianRules } from "./rules/asian-rules.ts";
import { britishRules } from "./rules/british-rules.ts";
import { europeanRules } from "./rules/european-rules.ts";
import { financialRules } from "./rules/financial-rules.ts";
import { germanRules } from "./rules/german-rules.ts";
import { onlineRules } from "./rules/online-rules.ts";
import { southernRules } from "./rules/southern-rules.ts";

/** Every rule but that of phone numbers; where two match the same text, the earlier names it. */
export const personalRules: readonly PersonalRule[] = [
  ...financialRules,
  ...americanRules,
  ...germanRules,
  ...britishRules,
  ...europeanRules,
  ...asianRules,
  ...southernRules,
  ...onlineRules,
];
