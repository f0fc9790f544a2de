import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type ClientTool, clientTools } from "./client-tools.ts";

export interface Otelcol {
  readonly otlpHttp: string;
  readonly otlpGrpc: string;
  /** SIGTERM: what the batch processor holds is sent before it ends. */
  stop(): Promise<void>;
  /** Everything written to standard error so far. */
  log(): string;
}

/** One exporter with its settings, named as the Collector names it. */
export type OtelcolExporter = Record<string, object>;

/**
 * Starts an OpenTelemetry Collector on free ports that receives OTLP, gathers it in batches and
 * hands it to one exporter. `dir` is where it may keep files.
 */
export async function startOtelcol(dir: string, exporter: OtelcolExporter): Promise<Otelcol> {
  return await runOtelcol("otelcol", dir, configFor(dir, exporter));
}

/** Starts one of the Collectors with a configuration of the caller's; YAML includes JSON. */
export async function runOtelcol(
  tool: ClientTool & `otelcol${string}`,
  dir: string,
  config: object,
): Promise<Otelcol> {
  const file = join(dir, `${tool}.yaml`);
  writeFileSync(file, JSON.stringify(config));
  const child = spawn(clientTools[tool], ["--config", file], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const addresses = new Map<string, string>();
  let log = "";
  const lines = createInterface({ input: child.stderr });
  await new Promise<void>((resolve, reject) => {
    lines.on("line", (line) => {
      log += `${line}\n`;
      const [, kind, address] = /Starting (\w+) server.*"endpoint": "([^"]+)"/.exec(line) ?? [];
      if (kind !== undefined && address !== undefined) {
        addresses.set(kind, `http://${address}`);
      }
      if (line.includes("Everything is ready")) {
        resolve();
      }
    });
    child.once("exit", () => {
      reject(new Error(`the OpenTelemetry Collector ended before it was ready:\n${log}`));
    });
  });
  return {
    otlpHttp: addresses.get("HTTP") ?? "",
    otlpGrpc: addresses.get("GRPC") ?? "",
    async stop() {
      if (child.exitCode === null) {
        const exited = once(child, "exit");
        child.kill("SIGTERM");
        await exited;
      }
    },
    log: () => log,
  };
}

const endpoint = "127.0.0.1:0";

/** On free ports. */
export const otlpReceiver = { otlp: { protocols: { http: { endpoint }, grpc: { endpoint } } } };

/** Of the Collector itself: no port for its metrics, and the lines that `runOtelcol` reads. */
export const telemetry = { metrics: { level: "none" }, logs: { level: "info" } };

function configFor(dir: string, exporter: OtelcolExporter): object {
  const pipeline = {
    receivers: ["otlp"],
    processors: ["batch"],
    exporters: Object.keys(exporter),
  };
  return {
    receivers: otlpReceiver,
    processors: { batch: { timeout: "100ms" } },
    exporters: exporter,
    extensions: { file_storage: { directory: dir } },
    service: {
      extensions: ["file_storage"],
      telemetry,
      pipelines: { traces: pipeline, logs: pipeline, metrics: pipeline },
    },
  };
}
