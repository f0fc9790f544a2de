import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bareStoreRate } from "./bare-store.ts";
import { printFigures } from "./print-figures.ts";
import { type ProcessUsage, processUsage } from "./process-usage.ts";
import { prepareBodies, quantile, sendLoad, spansPerRequest } from "./send-load.ts";
import { startTelltaleProcess, type TelltaleProcess } from "./service-process.ts";

const spansPerSecond = 15_000;

/**
 * The whole line, in a service process of its own on the same machine: GenAI spans of about 2 KB
 * over OTLP/HTTP gzip → receive → durable queue → decode → redact → detect → store. The sustained
 * rate is spans ÷ time from the first byte sent to the last span stored.
 *
 * Baseline of the ratio: the plainest line that stores the same bytes (gunzip, decode, rows,
 * insert) in one process, without network, queue, masking or detection, per CPU-second.
 */
export async function benchPipeline(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: "string", default: "20" } },
  });
  const count = Math.ceil((Number(values.seconds) * spansPerSecond) / spansPerRequest);
  process.stderr.write(`preparing ${count} requests of ${spansPerRequest} spans\n`);
  const bodies = prepareBodies(count);
  const folder = await mkdtemp(join(tmpdir(), "telltale-bench-"));
  const service = await startTelltaleProcess(join(folder, "data"));
  try {
    const idle = processUsage(service.pid);
    const run = await runPipeline(service, bodies);
    report(run, { idle, bare: await bareStoreRate(bodies.slice(0, 60)) });
  } finally {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

export interface PipelineRun {
  readonly spans: number;
  readonly seconds: number;
  readonly ackMs: readonly number[];
  readonly senderCpuSeconds: number;
  readonly service: ProcessUsage;
  readonly metrics: string;
}

/** Sends every body as fast as it is answered; the run ends when the last span is stored. */
export async function runPipeline(
  service: TelltaleProcess,
  bodies: readonly Buffer[],
): Promise<PipelineRun> {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const ackMs = await sendLoad({ otlpHttp: service.otlpHttp, bodies, senders: 6 });
  const used = process.cpuUsage(cpu);
  const spans = bodies.length * spansPerRequest;
  await untilStored(service.api, spans);
  return {
    spans,
    seconds: (performance.now() - startedAt) / 1000,
    ackMs,
    senderCpuSeconds: (used.user + used.system) / 1e6,
    service: processUsage(service.pid),
    metrics: await (await fetch(`${service.api}/metrics`)).text(),
  };
}

export async function untilStored(api: string, spans: number): Promise<void> {
  for (;;) {
    const response = await fetch(`${api}/api/v1/accounting`);
    const { items } = (await response.json()) as { items: { signal: string; stored: number }[] };
    if ((items.find((row) => row.signal === "traces")?.stored ?? 0) >= spans) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function report(run: PipelineRun, { idle, bare }: { idle: ProcessUsage; bare: number }): void {
  const rate = run.spans / run.seconds;
  const cpu = run.service.cpuSeconds - idle.cpuSeconds;
  const perCpuSecond = run.spans / cpu;
  printFigures([
    ["spans", String(run.spans)],
    ["sustained", `${Math.round(rate)} spans/s (goal ${spansPerSecond})`],
    ["service CPU", `${cpu.toFixed(1)} s, ${Math.round(perCpuSecond)} spans/CPU-s`],
    ["load generator CPU", `${run.senderCpuSeconds.toFixed(1)} s`],
    ["bare decode and insert", `${Math.round(bare)} spans/CPU-s`],
    [
      "ack p50 / p99",
      `${quantile(run.ackMs, 0.5).toFixed(1)} / ${quantile(run.ackMs, 0.99).toFixed(1)} ms`,
    ],
    [
      "RSS idle / peak",
      `${mebibytes(idle.residentBytes)} / ${mebibytes(run.service.peakResidentBytes)}`,
    ],
    ...stageRows(run.metrics),
  ]);
  process.stdout.write(
    `${JSON.stringify({
      bench: "pipeline",
      spansPerSecond: Math.round(rate),
      ratioToGoal: Number((rate / spansPerSecond).toFixed(3)),
      ratioToBareStore: Number((perCpuSecond / bare).toFixed(3)),
      peakResidentBytes: run.service.peakResidentBytes,
    })}\n`,
  );
}

/** Wall time of the analyzer's stages, from its own metrics. */
function stageRows(metrics: string): [string, string][] {
  const sum = /^telltale_analyzer_batch_duration_sum\{stage="([a-z_]+)"\} (\S+)$/gm;
  return [...metrics.matchAll(sum)].map(([, stage = "", seconds = "0"]) => [
    `analyzer stage ${stage}`,
    `${Number(seconds).toFixed(1)} s`,
  ]);
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}
