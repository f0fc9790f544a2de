import type { Command } from "commander";
import { runDemo } from "../demo/run-demo.ts";
import { UserError } from "../user-error.ts";

export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description("The whole loop on real inputs: attack, cause, proposal, merge, proof")
    .option("--seed <n>", "another seed tells the same story with other traffic", parseSeed, 1)
    .option("--exit", "end after the verdict instead of leaving the service running")
    .action((options: { seed: number; exit?: boolean }) =>
      runDemo({ seed: options.seed, exit: options.exit === true }),
    );
}

function parseSeed(text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new UserError(`--seed: expected a whole number, got ${text}`, 2);
  }
  return Number(text);
}
