import { type Command, Option } from "commander";
import { ConfigError, loadConfig } from "../../core/config/load-config.ts";
import { createLogger } from "../../core/log.ts";
import {
  type ReadyLine,
  type Role,
  roles,
  StartError,
  startTelltale,
  type Telltale,
} from "../../main.ts";
import { exitDespiteHandles } from "../exit-despite-handles.ts";
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
  // Before the ready line: whoever reads it may end the process at once.
  const signalled = nextSignal();
  const { role } = options;
  const starting = startTelltale({ config, logger, env: process.env, role });
  const telltale = await Promise.race([starting, signalled]).catch((error: unknown) => {
    throw inUserTerms(error);
  });
  if (telltale === null) {
    // Nothing was acknowledged yet, so nothing has to be waited for.
    process.exit(0);
  }
  announce(telltale.ready, options.json === true);
  await stopOnSignal(signalled, telltale);
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

const stopSignals = ["SIGTERM", "SIGINT"] as const;

/** Resolves at the first SIGTERM or SIGINT. */
function nextSignal(): Promise<null> {
  return new Promise((resolve) => {
    for (const signal of stopSignals) {
      process.once(signal, () => resolve(null));
    }
  });
}

/** Drains on the signal; a second one ends at once. */
async function stopOnSignal(signalled: Promise<null>, telltale: Telltale): Promise<void> {
  const failure = await Promise.race([signalled, telltale.failed]);
  for (const signal of stopSignals) {
    process.once(signal, () => process.exit(1));
  }
  try {
    await telltale.stop();
  } finally {
    exitDespiteHandles();
  }
  if (failure !== null) {
    throw failure;
  }
}
