import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { spanColumns, spanRowJson } from "../analyzer/ingest/span-row.ts";
import { Config } from "../core/config/config.ts";
import { createLogger } from "../core/log.ts";
import { decodeTraces } from "../core/otlp/decode-traces.ts";
import { openStore } from "../core/store/open-store.ts";
import { spansPerRequest } from "./send-load.ts";

const requestsPerInsert = 16;

/** Spans per CPU-second of gunzip, decode, rows and insert alone, in this process. */
export async function bareStoreRate(bodies: readonly Buffer[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "telltale-bare-"));
  const store = await openStore({
    dataDir: folder,
    config: Config.parse({}).store,
    logger: createLogger("silent"),
  });
  try {
    await store.migrate();
    const cpu = process.cpuUsage();
    for (let start = 0; start < bodies.length; start += requestsPerInsert) {
      const rows = bodies.slice(start, start + requestsPerInsert).flatMap(rowsOf);
      await store.writes.insert("otel_traces", Buffer.from(rows.join("\n")), {
        token: `bare-${start}`,
        columns: [...spanColumns, "Tenant", "BatchId", "ReceivedAt"],
      });
    }
    const used = process.cpuUsage(cpu);
    return (bodies.length * spansPerRequest * 1e6) / (used.user + used.system);
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function rowsOf(body: Buffer): string[] {
  const batch = `"default","bare",${Date.now()}`;
  return decodeTraces("protobuf", gunzipSync(body)).map((span) => {
    const inspected = { span, genAi: null, costUsd: 0, detections: [], failures: [] };
    return `[${spanRowJson(inspected)},${batch}]`;
  });
}
