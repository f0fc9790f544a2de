import { createHash, randomBytes } from "node:crypto";
import { type Command, Option } from "commander";
import { ConfigError, loadConfig } from "../../core/config/load-config.ts";
import { type CodingAgentId, codingAgentIds } from "../../core/model/agent-event.ts";
import { checkAgent } from "../doctor/check-agent.ts";
import { type Check, runChecks } from "../doctor/checks.ts";
import { printJson, printLine } from "../print.ts";
import { UserError } from "../user-error.ts";

interface DoctorOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly newKey?: boolean;
  readonly agent?: CodingAgentId;
}

export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("Check what Telltale needs and say how to mend what is missing")
    .option("-c, --config <file>", "configuration file")
    .option("--new-key", "make an API key and the hash to put under auth.apiKeys")
    .addOption(
      new Option("--agent <agent>", "what to set in a coding agent, and whether it sends").choices(
        codingAgentIds,
      ),
    )
    .option("--json", "one line of JSON per check")
    .action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  if (options.newKey === true) {
    printNewKey();
    return;
  }
  const loaded = configuration(options.config);
  if (options.agent !== undefined) {
    if (loaded.config === null) {
      throw new UserError(loaded.problem);
    }
    const { agent, json = false } = options;
    await checkAgent(process.env, loaded.config, { agent, json });
    return;
  }
  const checks = await runChecks(process.env, loaded);
  for (const check of checks) {
    if (options.json === true) {
      printJson(check);
    } else {
      printLine(`${mark(check)} ${check.name}: ${check.detail}`);
      if (!check.ok) {
        printLine(`     ${check.fix}`);
      }
    }
  }
  process.exitCode = checks.every((check) => check.ok) ? 0 : 1;
}

function mark({ ok }: Check): string {
  return ok ? "ok  " : "FAIL";
}

function configuration(file: string | undefined) {
  try {
    const { config } = loadConfig({
      file: file ?? "telltale.yaml",
      fileRequired: file !== undefined,
      env: process.env,
    });
    return { config, problem: "" };
  } catch (error) {
    return { config: null, problem: error instanceof ConfigError ? error.message : String(error) };
  }
}

function printNewKey(): void {
  const key = `tt_${randomBytes(32).toString("base64url")}`;
  const sha256 = createHash("sha256").update(key).digest("hex");
  printLine(`Key (shown once):  ${key}
For telltale.yaml:
auth:
  apiKeys:
    - name: my-key
      sha256: ${sha256}
      scopes: [ingest, read]`);
}
