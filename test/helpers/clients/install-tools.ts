import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ClientTool, clientTools, clientVersions, hasTool } from "./client-tools.ts";

/**
 * Gets the clients that are not npm packages into the cache: two OpenTelemetry Collectors and
 * `telemetrygen` with go, the OpenTelemetry Python SDK with python3. What is there stays; what
 * cannot be had is named on standard error, and the others are still tried. The Collector with
 * Kafka is built only where its test runs, with TELLTALE_FULL.
 */
function installTools(): void {
  // The quick ones first: a time limit may end this.
  const installers: Record<ClientTool, (dir: string) => void> = {
    python: installPython,
    telemetrygen: buildTelemetrygen,
    otelcol: (dir) => buildCollector("otelcol", collector, dir),
    "otelcol-kafka": (dir) => buildCollector("otelcol-kafka", kafkaCollector, dir),
  };
  for (const [tool, install] of Object.entries(installers)) {
    const isWanted = tool !== "otelcol-kafka" || process.env["TELLTALE_FULL"];
    if (isWanted && !hasTool(tool as ClientTool)) {
      attempt(tool as ClientTool, install);
    }
  }
}

function attempt(tool: ClientTool, install: (dir: string) => void): void {
  const dir = mkdtempSync(join(tmpdir(), "telltale-clients-"));
  const startedMs = Date.now();
  try {
    mkdirSync(dirname(clientTools[tool]), { recursive: true });
    install(dir);
    const seconds = Math.round((Date.now() - startedMs) / 1000);
    process.stderr.write(`Got ${clientTools[tool]} in ${seconds} s\n`);
  } catch (error) {
    process.stderr.write(`COULD NOT GET ${tool}, tests with it are skipped: ${String(error)}\n`);
    process.exitCode = 1;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const go = { CGO_ENABLED: "0" };
const { collector, kafkaCollector, python } = clientVersions;

/** The Collector's own builder makes one that has only the parts that the tests use. */
function buildCollector(tool: "otelcol" | "otelcol-kafka", version: string, dir: string): void {
  run(["go", "install", `go.opentelemetry.io/collector/cmd/builder@v${version}`], {
    ...go,
    GOBIN: dir,
  });
  const parts = readFileSync(new URL(`${tool}-builder.yaml`, import.meta.url), "utf8");
  const config = join(dir, "builder.yaml");
  const sources = join(dir, "sources");
  writeFileSync(
    config,
    parts.replaceAll("VERSION", version).replaceAll("FOLDER", JSON.stringify(sources)),
  );
  run([join(dir, "builder"), "--config", config], go);
  moveInto(tool, join(sources, tool));
}

function buildTelemetrygen(dir: string): void {
  const path = "github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen";
  run(["go", "install", `${path}@v${collector}`], { ...go, GOBIN: dir });
  moveInto("telemetrygen", join(dir, "telemetrygen"));
}

/** In place, because a virtual environment cannot be moved. */
function installPython(): void {
  const bin = dirname(clientTools.python);
  run(["python3", "-m", "venv", "--clear", dirname(bin)]);
  const packages = ["sdk", "exporter-otlp-proto-http", "exporter-otlp-proto-grpc"];
  const pinned = packages.map((name) => `opentelemetry-${name}==${python}`);
  run([clientTools.python, "-m", "pip", "install", "--quiet", ...pinned]);
}

/** Beside its place first: the cache may be on another disk, and a half copy must not be found. */
function moveInto(tool: ClientTool, built: string): void {
  const partial = `${clientTools[tool]}.${process.pid}`;
  writeFileSync(partial, readFileSync(built), { mode: 0o755 });
  renameSync(partial, clientTools[tool]);
}

function run([command = "", ...args]: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const options = { env: { ...process.env, ...env }, encoding: "utf8" } as const;
  const { status, error, stderr } = spawnSync(command, args, options);
  if (status !== 0) {
    const words = error?.message ?? stderr.trim().split("\n").slice(-5).join("\n");
    throw new Error(`${[command, ...args].join(" ")}: ${words}`);
  }
}

installTools();
