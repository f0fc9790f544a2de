import { assignedTokens } from "./assigned-tokens.ts";
import { namedSecrets } from "./named-secrets.ts";
import { prefixedTokens } from "./prefixed-tokens.ts";
import type { SecretRule } from "./secret-rule.ts";
import { structuredSecrets } from "./structured-secrets.ts";

/** Every rule, the surest first: where two match the same text, the earlier one names it. */
export const secretRules: readonly SecretRule[] = [
  ...structuredSecrets,
  ...prefixedTokens,
  ...assignedTokens,
  ...namedSecrets,
];
