import type { CodeRule } from "./code-rule.ts";
import { dotnetRules } from "./rules/dotnet-rules.ts";
import { javaRules } from "./rules/java-rules.ts";
import { javascriptRules } from "./rules/javascript-rules.ts";
import { nativeRules } from "./rules/native-rules.ts";
import { phpRules } from "./rules/php-rules.ts";
import { pythonRules } from "./rules/python-rules.ts";

/** Every rule over source code. */
export const codeRules: readonly CodeRule[] = [
  ...pythonRules,
  ...javascriptRules,
  ...phpRules,
  ...javaRules,
  ...dotnetRules,
  ...nativeRules,
];
