import type { Forge } from "./forge.ts";
import { createLocalGit } from "./local-git.ts";

/** Every forge by its kind; a new one is a file and a line here. */
export const forges = { "local-git": createLocalGit } satisfies Record<string, () => Forge>;
