import { gzipSync } from "node:zlib";
import { genAiSpans } from "../../bench/payload.ts";
import { createRandom } from "../../bench/random.ts";
import type { Signal } from "../../core/model/telemetry.ts";
import { decodeLogs } from "../../core/otlp/decode-logs.ts";
import { decodeMetrics } from "../../core/otlp/decode-metrics.ts";
import { decodeTraces } from "../../core/otlp/decode-traces.ts";
import { encodeTraceRequest } from "../../core/otlp/encode.ts";
import { OtlpDecodeError } from "../../core/otlp/otlp-decode-error.ts";
import { scanRequest } from "../../core/otlp/scan.ts";
import { encodePlain, requestTypes } from "../core/otlp/oracle.ts";
import { toOtlpJson } from "../core/otlp/oracle-json.ts";
import { connectGrpc } from "../helpers/grpc-request.ts";
import { mutateBytes } from "../helpers/mutate-bytes.ts";
import { everyMetric, exampleLog, exampleSpan, examples } from "../helpers/otlp-examples.ts";
import { grpcServices } from "../helpers/otlp-transports.ts";
import { startTestCollector, testNowUnixMs } from "../helpers/test-collector.ts";

/** The same bodies at every run; a failure names the number of its body. */
const seed = 20_261_120;
const bodiesDecoded = 100_000;
const bodiesOverHttp = 3000;
const bodiesOverGrpc = 600;
const maxCpuMs = 100;

const limits = { oldestUnixNano: 0n, newestUnixNano: 2n ** 63n, maxDepth: 100 };
const signals: readonly Signal[] = ["traces", "logs", "metrics"];
const decoders = { traces: decodeTraces, logs: decodeLogs, metrics: decodeMetrics };

interface Sample {
  readonly signal: Signal;
  readonly contentType: "protobuf" | "json";
  readonly body: Uint8Array;
}

const rich = {
  traces: examples.traces([exampleSpan(), exampleSpan({ events: [{ name: "e" }], links: [{}] })]),
  logs: examples.logs([exampleLog(), exampleLog({ eventName: "e", severityNumber: 0 })]),
  metrics: examples.metrics(everyMetric),
};

const samples: readonly Sample[] = [
  ...signals.flatMap((signal): Sample[] => [
    { signal, contentType: "protobuf", body: encodePlain(requestTypes[signal], rich[signal][1]) },
    { signal, contentType: "json", body: toOtlpJson(rich[signal][1]) },
  ]),
  {
    signal: "traces",
    contentType: "protobuf",
    body: encodeTraceRequest(genAiSpans({ spans: 3, seed: 1, startUnixMs: testNowUnixMs })),
  },
];

function mutant(random: () => number): Sample {
  const sample = samples[Math.floor(random() * samples.length)];
  const other = samples[Math.floor(random() * samples.length)];
  if (sample === undefined || other === undefined) {
    throw new Error("expected samples");
  }
  return { ...sample, body: mutateBytes(sample.body, other.body, random) };
}

/** Scans and decodes as the service does; anything but a refusal in words fails the test. */
function takeIn({ signal, contentType, body }: Sample): void {
  try {
    const scan = scanRequest(signal, contentType, body, limits);
    const skip = new Set(scan.rejectedOrdinals);
    expect(decoders[signal](contentType, body, skip)).toHaveLength(scan.accepted);
  } catch (error) {
    if (!(error instanceof OtlpDecodeError)) {
      throw error;
    }
  }
}

function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

it(`${bodiesDecoded} damaged bodies are decoded or refused, none in more than ${maxCpuMs} ms`, () => {
  const random = createRandom(seed);
  const slow: string[] = [];
  for (let number = 0; number < bodiesDecoded; number += 1) {
    const sample = mutant(random);
    const work = (): void => takeIn(sample);
    // Collections of garbage and neighbors count too: only a body that is slow each time is slow.
    if (cpuMsOf(work) > maxCpuMs && Math.min(cpuMsOf(work), cpuMsOf(work)) > maxCpuMs) {
      slow.push(`body ${number}: ${sample.contentType} ${sample.signal}`);
    }
  }
  expect(slow).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

it(`${bodiesOverHttp} damaged bodies over HTTP get 200 or the documented 4xx and are counted`, async () => {
  const collector = await startTestCollector({ settings: { otlp: { maxBodyBytes: 200_000 } } });
  const random = createRandom(seed + 1);
  const statuses = new Map<number, number>();
  let sent = 0;
  async function send(): Promise<void> {
    while (sent < bodiesOverHttp) {
      sent += 1;
      const { signal, contentType, body } = mutant(random);
      const answer = await fetch(`${collector.url}/v1/${signal}`, {
        method: "POST",
        ...packed(contentType, body, random),
      });
      await answer.arrayBuffer();
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    }
  }
  await Promise.all(Array.from({ length: 16 }, send));
  expect(new Set(statuses.keys())).toEqual(new Set([200, 400, 413, 415]));
  const rows = await collector.accounting();
  for (const row of rows) {
    const rejected = Object.values(row.rejected).reduce((sum, count) => sum + count, 0);
    expect(row.received).toBe(row.stored + rejected + row.deadLettered + row.inFlight);
  }
  const refusals = rows.map(({ rejected }) => rejected["undecodable"] ?? 0);
  expect(refusals.reduce((sum, count) => sum + count, 0)).toBe(statuses.get(400));
  await collector.close();
});

it(`${bodiesOverGrpc} damaged messages over gRPC get OK or INVALID_ARGUMENT`, async () => {
  const collector = await startTestCollector();
  const random = createRandom(seed + 2);
  const client = connectGrpc(collector.grpcUrl);
  const codes = new Set<number>();
  for (let number = 0; number < bodiesOverGrpc; number += 1) {
    const { signal, body } = mutant(random);
    codes.add((await client.call(grpcServices[signal], body)).code);
  }
  expect(codes).toEqual(new Set([0, 3]));
  client.close();
  await collector.close();
});

/** Now and then under a wrong type, packed, or packed and then damaged. */
function packed(
  contentType: Sample["contentType"],
  body: Uint8Array,
  random: () => number,
): { headers: Record<string, string>; body: Uint8Array<ArrayBuffer> } {
  const types = { protobuf: "application/x-protobuf", json: "application/json" };
  const type = random() < 0.05 ? "text/plain" : types[contentType];
  const draw = random();
  const headers = { "content-type": type, ...(draw < 0.4 && { "content-encoding": "gzip" }) };
  const bytes = draw < 0.4 ? gzipSync(body) : body;
  const sent = draw < 0.1 ? mutateBytes(bytes, body, random) : bytes;
  return { headers, body: new Uint8Array(sent) };
}
