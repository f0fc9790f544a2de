import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** A process that receives OTLP, ours or another. */
export interface OtlpProcess {
  readonly pid: number;
  readonly otlpHttp: string;
  readonly otlpGrpc: string;
  stop(): Promise<void>;
}

const server = fileURLToPath(new URL("receive-server.ts", import.meta.url));

/** Our two OTLP ports; see `receive-server.ts`. */
export async function startReceiver(mode: "decode" | "queue"): Promise<OtlpProcess> {
  const child = spawn(process.execPath, [server, mode], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const addresses = JSON.parse(line) as { otlpHttp: string; otlpGrpc: string };
  return { ...addresses, pid: child.pid ?? 0, stop: () => stop(child) };
}

/**
 * An OpenTelemetry Collector whose destination is down: all it does is receive and keep, in a
 * queue backed by files that it syncs, as our queue does.
 */
export async function startOtelCollector(binary: string): Promise<OtlpProcess> {
  const dir = mkdtempSync(join(tmpdir(), "telltale-bench-otelcol-"));
  const [http, grpc] = [await freePort(), await freePort()];
  const file = join(dir, "config.yaml");
  writeFileSync(file, otelCollectorConfig(http, grpc, dir));
  const child = spawn(binary, ["--config", file], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-4000);
  });
  await Promise.all([untilOpen(child, http, () => log), untilOpen(child, grpc, () => log)]);
  return {
    pid: child.pid ?? 0,
    otlpHttp: `http://127.0.0.1:${http}`,
    otlpGrpc: `http://127.0.0.1:${grpc}`,
    async stop() {
      await stop(child);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function otelCollectorConfig(http: number, grpc: number, dir: string): string {
  return JSON.stringify({
    receivers: {
      otlp: {
        protocols: {
          http: { endpoint: `127.0.0.1:${http}`, max_request_body_size: 67_108_864 },
          grpc: { endpoint: `127.0.0.1:${grpc}`, max_recv_msg_size_mib: 64 },
        },
      },
    },
    extensions: { file_storage: { directory: dir, fsync: true } },
    exporters: {
      otlphttp: {
        // The discard port: nobody listens there.
        endpoint: "http://127.0.0.1:9",
        sending_queue: { storage: "file_storage", queue_size: 100_000, num_consumers: 1 },
        retry_on_failure: { initial_interval: "60s", max_interval: "60s" },
      },
    },
    service: {
      extensions: ["file_storage"],
      telemetry: { metrics: { level: "none" } },
      pipelines: { traces: { receivers: ["otlp"], exporters: ["otlphttp"] } },
    },
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function untilOpen(child: ChildProcess, port: number, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) {
      throw new Error(`the OpenTelemetry Collector ended before it was ready:\n${log()}`);
    }
    if (await isOpen(port)) {
      return;
    }
    await sleep(100);
  }
  throw new Error(`nothing listens on ${port} after 10 s:\n${log()}`);
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode === null) {
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  }
}
