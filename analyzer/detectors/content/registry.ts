import type { ContentDetector } from "./content-detector.ts";
import { dataExfiltration } from "./data-exfiltration.ts";
import { directInjection } from "./direct-injection.ts";
import { indirectInjection } from "./indirect-injection.ts";
import { secretLeak } from "./secret-leak.ts";
import { unsafeCommand } from "./unsafe-command.ts";

/** Every content detector; a test checks that no file of this folder is missing here. */
export const contentDetectors: readonly ContentDetector[] = [
  secretLeak,
  directInjection,
  indirectInjection,
  dataExfiltration,
  unsafeCommand,
];
