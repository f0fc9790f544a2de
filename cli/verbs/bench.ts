import type { Command } from "commander";
import { benches } from "../../bench/registry.ts";
import { UserError } from "../user-error.ts";

export function registerBench(program: Command): void {
  program
    .command("bench")
    .description(`Measure; each prints a ratio against a named baseline: ${names()}`)
    .argument("<name>", names())
    .argument("[args...]")
    .allowUnknownOption()
    .action(async (name: string, args: readonly string[]) => {
      const load = Object.hasOwn(benches, name) ? benches[name] : undefined;
      if (load === undefined) {
        throw new UserError(`bench: expected one of ${names()}, got ${name}`, 2);
      }
      const bench = await load();
      await bench(args);
    });
}

function names(): string {
  return Object.keys(benches).join(", ");
}
