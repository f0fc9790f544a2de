import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Fleet, type Member, startFleet } from "../test/helpers/fleet.ts";
import { runPipeline, untilStored } from "./pipeline.ts";
import { printFigures } from "./print-figures.ts";
import { processUsage } from "./process-usage.ts";
import { prepareBodies, sendLoad, spansPerRequest } from "./send-load.ts";
import { startTelltaleProcess } from "./service-process.ts";

const spansPerSecond = 12_000;

/**
 * The line of `bench pipeline` through a real Kafka broker and an engine in a process of its own
 * (chdb behind ClickHouse's HTTP interface), all on the same machine. The baseline is the embedded
 * line with the same requests in the same run. Then the backlog that two collectors leave while no
 * analyzer runs: how fast it is worked off, against how fast it came in.
 */
export async function benchKafka(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: "string", default: "15" } },
  });
  const count = Math.ceil((Number(values.seconds) * spansPerSecond) / spansPerRequest);
  process.stderr.write(`preparing ${2 * count} requests of ${spansPerRequest} spans\n`);
  const bodies = prepareBodies(2 * count);
  const embedded = await embeddedRate(bodies.slice(0, count));
  const fleet = await startFleet({
    broker: { isTuned: true, heapMb: 512 },
    env: { TELLTALE_QUEUE_KAFKA_SESSION_SECONDS: "30" },
  });
  if (fleet === null) {
    return;
  }
  try {
    const line = await distributedLine(fleet, bodies.slice(0, count));
    const backlog = await backlogRates(fleet, line.member, bodies.slice(count));
    report({ embedded, line, backlog });
  } finally {
    await fleet.close();
  }
}

async function embeddedRate(bodies: readonly Buffer[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "telltale-bench-"));
  const service = await startTelltaleProcess(join(folder, "data"));
  try {
    const run = await runPipeline(service, bodies);
    return run.spans / run.seconds;
  } finally {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Line {
  readonly member: Member;
  readonly spans: number;
  readonly spansPerSecond: number;
  /** Microseconds of CPU per span, by process. */
  readonly cpu: Readonly<Record<"service" | "broker" | "engine" | "load", number>>;
  readonly peakResidentBytes: number;
}

async function distributedLine(fleet: Fleet, bodies: readonly Buffer[]): Promise<Line> {
  const member = await fleet.add("all");
  const service = member.process();
  const processes = {
    service: service.pid,
    broker: fleet.broker.nodes[0]?.pid ?? 0,
    engine: fleet.store.pid,
  };
  const before = usageOf(processes);
  const run = await runPipeline(service, bodies);
  const after = usageOf(processes);
  function perSpan(seconds: number): number {
    return (seconds * 1e6) / run.spans;
  }
  return {
    member,
    spans: run.spans,
    spansPerSecond: run.spans / run.seconds,
    cpu: {
      service: perSpan(after.service - before.service),
      broker: perSpan(after.broker - before.broker),
      engine: perSpan(after.engine - before.engine),
      load: perSpan(run.senderCpuSeconds),
    },
    peakResidentBytes: run.service.peakResidentBytes,
  };
}

function usageOf<Name extends string>(pids: Readonly<Record<Name, number>>): Record<Name, number> {
  const entries = Object.entries<number>(pids);
  return Object.fromEntries(
    entries.map(([name, pid]) => [name, processUsage(pid).cpuSeconds]),
  ) as Record<Name, number>;
}

interface Backlog {
  readonly ingestPerSecond: number;
  readonly catchUpPerSecond: number;
}

/** A collector alone takes in what an analyzer alone then works off. */
async function backlogRates(
  fleet: Fleet,
  line: Member,
  bodies: readonly Buffer[],
): Promise<Backlog> {
  const stored = await storedSpans(line.process().api);
  await line.stop();
  const collector = await fleet.add("collector");
  const spans = bodies.length * spansPerRequest;
  const { otlpHttp, api } = collector.process();
  const ingestSeconds = await timed(() => sendLoad({ otlpHttp, bodies, senders: 6 }));
  const analyzer = await fleet.add("analyzer");
  const catchUpSeconds = await timed(() => untilStored(api, stored + spans));
  await analyzer.stop();
  await collector.stop();
  return { ingestPerSecond: spans / ingestSeconds, catchUpPerSecond: spans / catchUpSeconds };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

async function storedSpans(api: string): Promise<number> {
  const response = await fetch(`${api}/api/v1/accounting`);
  const { items } = (await response.json()) as { items: { signal: string; stored: number }[] };
  return items.find(({ signal }) => signal === "traces")?.stored ?? 0;
}

interface Results {
  readonly embedded: number;
  readonly line: Line;
  readonly backlog: Backlog;
}

function report({ embedded, line, backlog }: Results): void {
  const ratio = line.spansPerSecond / embedded;
  const catchUp = backlog.catchUpPerSecond / line.spansPerSecond;
  printFigures([
    ["embedded line", `${Math.round(embedded)} spans/s`],
    ["line through Kafka", `${Math.round(line.spansPerSecond)} spans/s, ${ratio.toFixed(2)}x`],
    ...Object.entries(line.cpu).map(([name, micros]): [string, string] => [
      `CPU of ${name}`,
      `${micros.toFixed(0)} us per span`,
    ]),
    ["RSS peak of the service", `${Math.round(line.peakResidentBytes / 1024 ** 2)} MiB`],
    ["collector alone", `${Math.round(backlog.ingestPerSecond)} spans/s`],
    [
      "analyzer on a backlog",
      `${Math.round(backlog.catchUpPerSecond)} spans/s, ${catchUp.toFixed(2)}x the line`,
    ],
  ]);
  process.stdout.write(
    `${JSON.stringify({
      bench: "kafka",
      spansPerSecond: Math.round(line.spansPerSecond),
      ratioToEmbedded: Number(ratio.toFixed(3)),
      catchUpPerSecond: Math.round(backlog.catchUpPerSecond),
      ratioOfCatchUp: Number(catchUp.toFixed(3)),
      cpuMicrosPerSpan: line.cpu,
    })}\n`,
  );
}
