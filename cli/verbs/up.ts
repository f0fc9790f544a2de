import { type Command, Option } from "commander";
import { ConfigError, loadConfig } from "../../core/config/load-config.ts";
import { createLogger } from "../../core/log.ts";
import { type ReadyLine, type Role, roles, StartError, startTelltale } from "../../main.ts";
import { printJson, printLine } from "../print.ts";
import { UserError } from "../user-error.ts";

interface UpOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly role?: Role;
}

export function registerUp(program: Command): void {
  program
    .command("up")
    .description("Run Telltale: receive telemetry, find, attribute, propose, verify")
    .option("-c, --config <file>", "configuration file (default: telltale.yaml, if present)")
    .option("--json", "print one line of JSON when ready")
    .addOption(new Option("--role <role>", "run one part alone").choices(roles))
    .action(up);
}

async function up(options: UpOptions): Promise<void> {
  const file = options.config ?? process.env["TELLTALE_CONFIG"];
  const { config, warnings } = inWords(() =>
    loadConfig({
      file: file ?? "telltale.yaml",
      fileRequired: file !== undefined,
      env: process.env,
    }),
  );
  const logger = createLogger(config.logLevel);
  for (const warning of warnings) {
    logger.warn(warning);
  }
  const telltale = await startTelltale({
    config,
    logger,
    env: process.env,
    role: options.role,
  }).catch((error: unknown) => {
    throw inUserTerms(error);
  });
  announce(telltale.ready, options.json === true);
  await stopOnSignal(() => telltale.stop(), telltale.failed);
}

function inWords<T>(load: () => T): T {
  try {
    return load();
  } catch (error) {
    throw inUserTerms(error);
  }
}

function inUserTerms(error: unknown): unknown {
  if (error instanceof ConfigError) {
    return new UserError(error.message, 2);
  }
  return error instanceof StartError ? new UserError(error.message) : error;
}

/** What stands in for the address of a port that this process does not serve. */
const elsewhere = "in a process with the role collector";

function announce(ready: ReadyLine, asJson: boolean): void {
  if (asJson) {
    printJson(ready);
    return;
  }
  const { api, otlpHttp, otlpGrpc } = ready;
  printLine(`Telltale is ready.

  Console and API   ${api}
  OTLP over HTTP    ${otlpHttp ?? elsewhere}
  OTLP over gRPC    ${otlpGrpc ?? elsewhere}
  Grafana           ${api}/clickhouse (ClickHouse over HTTP, read-only)
`);
  if (otlpHttp !== null) {
    printLine(`Send telemetry:     export OTEL_EXPORTER_OTLP_ENDPOINT=${otlpHttp}
                    export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`);
  }
  printLine(`Tell of changes:    npx telltale changes import --repo .
See the whole loop: npx telltale demo
Stop with Ctrl-C.`);
}

/** Drains on SIGTERM or SIGINT; a second signal ends at once. */
async function stopOnSignal(stop: () => Promise<void>, failed: Promise<Error>): Promise<void> {
  const signalled = new Promise<null>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.once(signal, () => resolve(null));
    }
  });
  const failure = await Promise.race([signalled, failed]);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => process.exit(1));
  }
  await stop();
  if (failure !== null) {
    throw failure;
  }
}
