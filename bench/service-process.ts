import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../bin/telltale.js", import.meta.url));

/** A running service of its own process, for measurements and integration tests. */
export interface TelltaleProcess {
  readonly pid: number;
  readonly otlpHttp: string;
  readonly otlpGrpc: string;
  readonly api: string;
  /** SIGKILL, as a crash. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Everything written to standard error so far. */
  log(): string;
}

/** Starts `telltale up --json` as a process of its own on free ports. */
export async function startTelltaleProcess(
  dataDir: string,
  env: NodeJS.ProcessEnv = {},
  args: readonly string[] = [],
): Promise<TelltaleProcess> {
  const child = spawn(process.execPath, [bin, "up", "--json", ...args], {
    env: {
      PATH: process.env["PATH"],
      HOME: dataDir,
      TELLTALE_DATA_DIR: dataDir,
      TELLTALE_KEY_FILE: `${dataDir}.key`,
      TELLTALE_OTLP_HTTP_PORT: "0",
      TELLTALE_OTLP_GRPC_PORT: "0",
      TELLTALE_API_PORT: "0",
      TELLTALE_LOG_LEVEL: "warn",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  const ready = await readyLine(child, () => log);
  return {
    pid: ready.pid,
    otlpHttp: ready.otlpHttp,
    otlpGrpc: ready.otlpGrpc,
    api: ready.api,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) {
        return;
      }
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) {
        return child.exitCode;
      }
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      const [code] = (await exited) as [number | null];
      return code;
    },
    log: () => log,
  };
}

interface ReadyLine {
  readonly pid: number;
  readonly otlpHttp: string;
  readonly otlpGrpc: string;
  readonly api: string;
}

async function readyLine(child: ChildProcess, log: () => string): Promise<ReadyLine> {
  if (child.stdout === null) {
    throw new Error("expected a pipe from the service's standard output");
  }
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([
    once(lines, "line").then(([line]) => String(line)),
    once(child, "exit").then(() => null),
  ]);
  if (first === null) {
    throw new Error(`telltale up ended before it was ready:\n${log()}`);
  }
  return JSON.parse(first) as ReadyLine;
}
