import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { createSpanBlock, type SpanBlock } from "../analyzer/ingest/span-block.ts";
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
      const block = createSpanBlock();
      for (const body of bodies.slice(start, start + requestsPerInsert)) {
        appendSpans(block, body);
      }
      await store.writes.insert("otel_traces", block.take(), { token: `bare-${start}` });
    }
    const used = process.cpuUsage(cpu);
    return (bodies.length * spansPerRequest * 1e6) / (used.user + used.system);
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function appendSpans(block: SpanBlock, body: Buffer): void {
  const origin = { tenant: "default", batchId: "bare", receivedAtUnixMs: Date.now() };
  for (const span of decodeTraces("protobuf", gunzipSync(body))) {
    block.append({ span, genAi: null, costUsd: 0, detections: [], failures: [] }, origin);
  }
}
