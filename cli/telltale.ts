import { Command, CommanderError } from "commander";
import { UserError } from "./user-error.ts";
import { verbs } from "./verbs/index.ts";

/** Exit codes: 0 fine, 1 failed, 2 wrong usage. */
async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("telltale")
    .description("Runtime monitoring and feedback loop for software that AI agents write and run")
    .showHelpAfterError("(add --help for usage)")
    .exitOverride();
  for (const register of await registrations(argv[0])) {
    register(program);
  }
  exitOverrideEverywhere(program);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return exitCodeOf(error);
  }
}

/** The verb that is called, or all of them to show what there is. */
function registrations(verb = ""): Promise<((program: Command) => void)[]> {
  const named = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  return Promise.all((named === undefined ? Object.values(verbs) : [named]).map((load) => load()));
}

function exitOverrideEverywhere(command: Command): void {
  command.exitOverride();
  command.commands.forEach(exitOverrideEverywhere);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) {
    // Help and version are answers; commander has printed the reason of everything else.
    return error.exitCode === 0 ? 0 : 2;
  }
  if (error instanceof UserError) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

// A reader such as `head` that has seen enough is not a failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

process.exitCode = await main(process.argv.slice(2));
