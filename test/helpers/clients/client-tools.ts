import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Versions of the clients that are not npm packages; `install-tools.ts` gets exactly these. */
export const clientVersions = {
  collector: "0.161.0",
  // The newest that the Go module proxy lists with its Kafka modules; of 0.161.0 it refuses some.
  kafkaCollector: "0.155.0",
  python: "1.45.2",
} as const;

const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "telltale-ci");

/** Where each client lies; the version is in the name, so that another one is built anew. */
export const clientTools = {
  otelcol: join(cache, "bin", `otelcol-${clientVersions.collector}`),
  telemetrygen: join(cache, "bin", `telemetrygen-${clientVersions.collector}`),
  "otelcol-kafka": join(cache, "bin", `otelcol-kafka-${clientVersions.kafkaCollector}`),
  python: join(cache, `py-${clientVersions.python}`, "bin", "python"),
} as const;

export type ClientTool = keyof typeof clientTools;

/** A call of each client that does nothing; it shows that the client runs here. */
const probes: Record<ClientTool, readonly string[]> = {
  otelcol: ["--version"],
  "otelcol-kafka": ["--version"],
  telemetrygen: ["--help"],
  python: ["-c", "import opentelemetry.sdk, opentelemetry.exporter.otlp.proto.grpc"],
};

export function hasTool(tool: ClientTool): boolean {
  return existsSync(clientTools[tool]) && spawnSync(clientTools[tool], probes[tool]).status === 0;
}

/** `describe` if every client is there; else the tests are skipped, and standard error says so. */
export function describeWith(...tools: ClientTool[]): jest.Describe {
  const missing = tools.filter((tool) => !hasTool(tool));
  if (missing.length === 0) {
    return describe;
  }
  const paths = missing.map((tool) => `${tool} (${clientTools[tool]})`).join(", ");
  process.stderr.write(
    `\nSKIPPED: tests with real clients, for lack of ${paths};` +
      " node test/helpers/clients/install-tools.ts gets them, with go and python3;" +
      " otelcol-kafka only with TELLTALE_FULL=1.\n",
  );
  return describe.skip;
}
