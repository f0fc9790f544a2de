import { readFileSync } from "node:fs";
import protobuf from "protobufjs";
import { decodeTraces } from "../core/otlp/decode-traces.ts";
import { encodeTraceRequest } from "../core/otlp/encode.ts";
import { scanRequest } from "../core/otlp/scan.ts";
import { type Measured, measure, type Subject } from "./measure.ts";
import { genAiSpans } from "./payload.ts";
import { printTable } from "./print-table.ts";

const baseline = "protobufjs";
const target = 2;
const spans = 512;
const limits = { oldestUnixNano: 0n, newestUnixNano: 2n ** 63n, maxDepth: 100 };

/**
 * Decoding of an ExportTraceServiceRequest: ours into full objects, against protobufjs
 * (generated code of its reflection, as fast as its static code) and against JSON.
 */
export function benchDecode(): void {
  const body = encodeTraceRequest(genAiSpans({ spans, seed: 1, startUnixMs: 1_700_000_000_000 }));
  const measured = measure(subjects(body), { baseline, rounds: 7, cpuMsPerRound: 300 });
  printTable(`${spans} GenAI spans, ${body.length} bytes of protobuf`, "spans", measured);
  const ratio = rateOf(measured, "telltale decode")?.ratio ?? Number.NaN;
  const result = { bench: "decode", baseline, ratio, target, ok: ratio >= target, measured };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

function subjects(body: Uint8Array): Subject[] {
  const oracle = oracleType();
  const json = Buffer.from(JSON.stringify(oracle.decode(body).toJSON()));
  const works: Record<string, () => unknown> = {
    [baseline]: () => oracle.decode(body),
    "telltale decode": () => decodeTraces("protobuf", body),
    "telltale scan": () => scanRequest("traces", "protobuf", body, limits),
    "JSON.parse": () => JSON.parse(json.toString()),
  };
  return Object.entries(works).map(([name, work]) => ({ name, unitsPerCall: spans, work }));
}

function oracleType(): protobuf.Type {
  const schema = readFileSync(new URL("../test/fixtures/otlp.proto", import.meta.url), "utf8");
  return protobuf.parse(schema).root.lookupType("TraceRequest");
}

function rateOf(measured: readonly Measured[], name: string): Measured | undefined {
  return measured.find((row) => row.name === name);
}
