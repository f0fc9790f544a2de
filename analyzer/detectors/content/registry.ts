import type { ContentDetector } from "./content-detector.ts";
import { secretLeak } from "./secret-leak.ts";

/** Every content detector; a test checks that no file of this folder is missing here. */
export const contentDetectors: readonly ContentDetector[] = [secretLeak];
