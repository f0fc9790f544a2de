import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { RuleError } from "../../analyzer/rules/compile-rule.ts";
import { importGitleaks } from "../../analyzer/rules/import-gitleaks.ts";
import { loadRules } from "../../analyzer/rules/load-rules.ts";
import { causeOf } from "../cause-of.ts";
import { printJson, printLine } from "../print.ts";
import { UserError } from "../user-error.ts";

export function registerRules(program: Command): void {
  const rules = program.command("rules").description("Detection rules of your own");
  rules
    .command("check")
    .description("Compile rules and try their examples, as a start of the service does")
    .argument("<files...>", "files, or folders with YAML files")
    .option("--json", "print the answer as JSON")
    .action(check);
  rules
    .command("import")
    .description("Rules of a gitleaks.toml as a file of your own, on standard output")
    .argument("<file>", "gitleaks.toml")
    .action(importFile);
}

function check(files: readonly string[], { json }: { readonly json?: boolean }): void {
  const { rules, problems } = loadRules(files);
  if (json === true) {
    printJson({ rules: rules.length, problems });
    process.exitCode = problems.length > 0 ? 1 : 0;
    return;
  }
  if (problems.length > 0) {
    throw new UserError(problems.join("\n"));
  }
  printLine(`${rules.length} rules, all examples as they should be`);
}

function importFile(file: string): void {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`Cannot read ${file}: ${causeOf(error)}`);
  }
  try {
    const { yaml, count, leftOut } = importGitleaks(text);
    process.stdout.write(yaml);
    process.stderr.write(
      [`${count} rules imported.`, ...leftOut.map((each) => `Left out: ${each}`), ""].join("\n"),
    );
  } catch (error) {
    throw error instanceof RuleError ? new UserError(`${file}: ${error.message}`) : error;
  }
}
