import type { Command } from "commander";
import { registerBench } from "./bench.ts";
import { registerChanges } from "./changes.ts";
import { registerDemo } from "./demo.ts";
import { registerDoctor } from "./doctor.ts";
import { registerFindings } from "./findings.ts";
import { registerProposals } from "./proposals.ts";
import { registerReplay } from "./replay.ts";
import { registerScan } from "./scan.ts";
import { registerUp } from "./up.ts";

/** One file a verb; a new one is a file and a line here. */
export const verbs: readonly ((program: Command) => void)[] = [
  registerUp,
  registerDemo,
  registerReplay,
  registerScan,
  registerFindings,
  registerProposals,
  registerChanges,
  registerDoctor,
  registerBench,
];
