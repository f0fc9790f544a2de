import { type Command, InvalidArgumentError, Option } from "commander";
import { answerGuard } from "../guard/answer-guard.ts";

interface Options {
  readonly onFailure: "open" | "closed";
  readonly timeout: number;
  readonly config: string;
}

export function registerGuard(program: Command): void {
  program
    .command("guard")
    .description("Judge one content on standard input, as the API or as a hook of Claude Code")
    .addOption(
      new Option("--on-failure <mode>", "what cannot be checked is let through or blocked")
        .choices(["open", "closed"])
        .env("TELLTALE_GUARD_ON_FAILURE")
        .default("open"),
    )
    .option("--timeout <ms>", "patience with the service", wholeNumber, 1000)
    .option(
      "--config <file>",
      "configuration for when the service is away",
      process.env["TELLTALE_CONFIG"] ?? "",
    )
    .option("--json", "accepted for uniformity: the output always is JSON")
    .action(guard);
}

function guard(options: Options): Promise<void> {
  return answerGuard({
    onFailure: options.onFailure,
    timeoutMs: options.timeout,
    configFile: options.config,
    env: process.env,
  });
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new InvalidArgumentError("expected milliseconds, from 1 to 999999");
  }
  return Number(text);
}
