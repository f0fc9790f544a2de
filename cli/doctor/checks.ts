import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { promisify } from "node:util";
import type { Config } from "../../core/config/config.ts";
import { makeFolder } from "../../core/make-folder.ts";
import { createApiClient } from "../api-client.ts";

const run = promisify(execFile);

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do when it is not ok. */
  readonly fix: string;
}

export interface LoadedConfig {
  readonly config: Config | null;
  readonly problem: string;
}

/** Everything Telltale needs to start, in the order in which it is needed. */
export async function runChecks(
  env: NodeJS.ProcessEnv,
  { config, problem }: LoadedConfig,
): Promise<Check[]> {
  const checks = [checkNode(), await checkGit(), await checkEngine(), checkConfig(config, problem)];
  if (config !== null) {
    checks.push(await checkFolder(config.dataDir), await checkDisk(config));
    checks.push(...(await checkServiceOrPorts(env, config)));
  }
  return checks;
}

function checkNode(): Check {
  const major = Number(process.versions.node.split(".")[0]);
  return {
    name: "Node.js",
    ok: major >= 24,
    detail: process.version,
    fix: "Run through npm or npx in the checkout: they put Node 24 first on the PATH.",
  };
}

async function checkGit(): Promise<Check> {
  const about = { name: "git", fix: "Install git: proposals are filed with it." };
  try {
    const { stdout } = await run("git", ["--version"]);
    return { ...about, ok: true, detail: stdout.trim() };
  } catch {
    return { ...about, ok: false, detail: "not found" };
  }
}

async function checkEngine(): Promise<Check> {
  const about = {
    name: "chdb",
    fix: "Run npm install again; chdb has builds for Linux (glibc) and macOS, x64 and arm64.",
  };
  try {
    await import("chdb");
    return { ...about, ok: true, detail: "loads" };
  } catch (error) {
    return { ...about, ok: false, detail: String(error).split("\n")[0] ?? "" };
  }
}

function checkConfig(config: Config | null, problem: string): Check {
  return {
    name: "configuration",
    ok: config !== null,
    detail: config === null ? problem : "valid",
    fix: "Mend the settings named above; docs/configuration.md lists them all.",
  };
}

async function checkFolder(dataDir: string): Promise<Check> {
  const path = resolve(dataDir);
  const about = { name: "data folder", fix: "Set TELLTALE_DATA_DIR to a folder you may write." };
  try {
    makeFolder(path);
    await access(path, constants.W_OK);
    return { ...about, ok: true, detail: path };
  } catch (error) {
    return { ...about, ok: false, detail: `${path}: ${String(error)}` };
  }
}

const gibibyte = 1024 ** 3;

async function checkDisk({ dataDir, store, queue }: Config): Promise<Check> {
  const needed = store.maxDiskBytes + queue.maxBytes;
  const { bavail, bsize } = await statfs(resolve(dataDir)).catch(() => ({ bavail: 0, bsize: 0 }));
  const free = bavail * bsize;
  return {
    name: "disk",
    ok: free >= needed,
    detail: `${(free / gibibyte).toFixed(1)} GiB free, limits allow ${(needed / gibibyte).toFixed(1)} GiB`,
    fix: "Lower store.maxDiskBytes or free some space.",
  };
}

async function checkServiceOrPorts(env: NodeJS.ProcessEnv, config: Config): Promise<Check[]> {
  try {
    const status = await createApiClient(env).get<{
      version: string;
      ingest: { received: number; rejected: number };
    }>("/api/v1/status");
    const { received, rejected } = status.ingest;
    return [
      { name: "service", ok: true, detail: `running, version ${status.version}`, fix: "" },
      {
        name: "telemetry",
        ok: received > 0,
        detail: `${received} records received, ${rejected} rejected`,
        fix: "Set OTEL_EXPORTER_OTLP_ENDPOINT to the OTLP address that `telltale up` prints.",
      },
    ];
  } catch {
    return Promise.all([
      checkPort("OTLP/HTTP port", config.host, config.otlp.httpPort),
      checkPort("OTLP/gRPC port", config.host, config.otlp.grpcPort),
      checkPort("API port", config.host, config.api.port),
    ]);
  }
}

function checkPort(name: string, host: string, port: number): Promise<Check> {
  const fix = "Stop what listens there, or set another port.";
  return new Promise((done) => {
    const server = createServer();
    server.once("error", (error) => done({ name, ok: false, detail: String(error), fix }));
    server.listen(port, host, () => {
      server.close(() => done({ name, ok: true, detail: `${host}:${port} is free`, fix }));
    });
  });
}
