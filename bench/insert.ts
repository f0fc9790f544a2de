import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSpanBlock } from "../analyzer/ingest/span-block.ts";
import { createInspector, type InspectedSpan } from "../analyzer/inspect/inspector.ts";
import { Config } from "../core/config/config.ts";
import { createLogger } from "../core/log.ts";
import type { NativeBlock } from "../core/store/native/native-block.ts";
import { type OpenedStore, openStore } from "../core/store/open-store.ts";
import { genAiSpans } from "./payload.ts";

const spansPerBatch = 8192;
const rounds = 5;

/**
 * CPU time of storing a batch of GenAI spans in `otel_traces` with all its views: as a block by
 * column, against the same rows as JSON. Merges are stopped; the best round counts.
 */
export async function benchInsert(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "telltale-insert-"));
  const config = Config.parse({ store: { maxMemoryBytes: 2 ** 31 } });
  const logger = createLogger("silent");
  const store = await openStore({ dataDir: folder, config: config.store, logger });
  try {
    await store.migrate();
    await store.writes.command("SYSTEM STOP MERGES");
    const spans = inspectedSpans(config);
    const rows = await rowsOf(store, blockOf(spans, "seed"));
    const block = await leastCpuMicros((round) =>
      store.writes.insert("otel_traces", blockOf(spans, `block-${round}`), {
        token: `block-${round}`,
      }),
    );
    const json = await leastCpuMicros((round) =>
      store.writes.insert("otel_traces", rows, { token: `json-${round}` }),
    );
    report(block, json);
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function inspectedSpans(config: Config): InspectedSpan[] {
  const inspector = createInspector(config.analyzer);
  const startUnixMs = Date.now() - 3_600_000;
  return genAiSpans({ spans: spansPerBatch, seed: 1, startUnixMs }).map((span) =>
    inspector.span("default", span),
  );
}

function blockOf(spans: readonly InspectedSpan[], batchId: string): NativeBlock {
  const block = createSpanBlock();
  for (const span of spans) {
    block.append(span, { tenant: "default", batchId, receivedAtUnixMs: Date.now() });
  }
  return block.take();
}

/** The rows of a block as objects, as they come back from the store. */
async function rowsOf(store: OpenedStore, block: NativeBlock): Promise<object[]> {
  await store.writes.insert("otel_traces", block, { token: "seed" });
  return store.reads.query<object>("SELECT * FROM otel_traces WHERE BatchId = 'seed'");
}

/** CPU microseconds per span, making the rows ready included. */
async function leastCpuMicros(insert: (round: number) => Promise<void>): Promise<number> {
  const used: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage();
    await insert(round);
    const { user, system } = process.cpuUsage(before);
    used.push((user + system) / spansPerBatch);
  }
  return Math.min(...used);
}

function report(block: number, json: number): void {
  const ratio = json / block;
  process.stdout.write(
    `${spansPerBatch} GenAI spans into otel_traces with its views, CPU per span\n` +
      `  Native block, written and stored   ${block.toFixed(1)} µs\n` +
      `  JSON lines, written and stored     ${json.toFixed(1)} µs (baseline)\n` +
      `  ratio                              ${ratio.toFixed(2)}\n`,
  );
  const result = { bench: "insert", baseline: "JSONEachRow", blockMicros: block, jsonMicros: json };
  process.stdout.write(`${JSON.stringify({ ...result, ratio })}\n`);
}
