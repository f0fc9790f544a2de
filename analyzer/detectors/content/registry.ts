import { throughDisguises } from "../disguised/through-disguises.ts";
import type { ContentDetector } from "./content-detector.ts";
import { dataExfiltration } from "./data-exfiltration.ts";
import { degenerateOutput } from "./degenerate-output.ts";
import { directInjection } from "./direct-injection.ts";
import { hallucinatedPackage } from "./hallucinated-package.ts";
import { hiddenText } from "./hidden-text.ts";
import { indirectInjection } from "./indirect-injection.ts";
import { piiLeak } from "./pii-leak.ts";
import { secretLeak } from "./secret-leak.ts";
import { systemPromptLeak } from "./system-prompt-leak.ts";
import { toolPoisoning } from "./tool-poisoning.ts";
import { unsafeCode } from "./unsafe-code.ts";
import { unsafeCommand } from "./unsafe-command.ts";

/** Every content detector; a test checks that no file of this folder is missing here. */
export const contentDetectors: readonly ContentDetector[] = [
  secretLeak,
  piiLeak,
  directInjection,
  indirectInjection,
  hiddenText,
  systemPromptLeak,
  degenerateOutput,
  throughDisguises(dataExfiltration),
  throughDisguises(unsafeCommand),
  throughDisguises(toolPoisoning),
  throughDisguises(unsafeCode),
  hallucinatedPackage,
];
