import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { createInterface } from "node:readline";
import { PassThrough, pipeline } from "node:stream";
import { createGunzip, gunzipSync } from "node:zlib";
import type { Command } from "commander";
import type { Signal } from "../../core/model/telemetry.ts";
import { decodeRejectedCount } from "../../core/otlp/decode-rejected-count.ts";
import { causeOf } from "../cause-of.ts";
import { otlpOfService } from "../otlp-of-service.ts";
import { printJson, printLine, progress } from "../print.ts";
import { UserError } from "../user-error.ts";

interface ReplayOptions {
  readonly otlp?: string;
  readonly signal?: Signal;
  readonly json?: boolean;
}

interface Tally {
  requests: number;
  rejected: number;
}

export function registerReplay(program: Command): void {
  program
    .command("replay")
    .description("Post recorded OTLP to the running service: JSON, JSON lines or protobuf")
    .argument("<files...>", ".json, .jsonl or .pb, each may be gzipped (.gz)")
    .option("--otlp <url>", "OTLP address (default: what the running service says)")
    .option("--signal <signal>", "traces, logs or metrics; needed for protobuf", parseSignal)
    .option("--json", "print the totals as JSON")
    .action(replay);
}

function parseSignal(text: string): Signal {
  if (text === "traces" || text === "logs" || text === "metrics") {
    return text;
  }
  throw new UserError(`--signal: expected traces, logs or metrics, got ${text}`, 2);
}

async function replay(files: readonly string[], options: ReplayOptions): Promise<void> {
  const otlp = options.otlp ?? (await otlpOfService());
  const tally: Tally = { requests: 0, rejected: 0 };
  for (const file of files) {
    await replayFile(file, { otlp, signal: options.signal }, tally);
    progress(`${file}: ${tally.requests} requests so far`);
  }
  if (options.json === true) {
    printJson(tally);
  } else {
    printLine(`${tally.requests} requests sent, ${tally.rejected} records rejected.`);
  }
}

interface Target {
  readonly otlp: string;
  readonly signal: Signal | undefined;
}

async function replayFile(file: string, target: Target, tally: Tally): Promise<void> {
  const kind = extname(file.replace(/\.gz$/, ""));
  if (kind === ".jsonl" || kind === ".ndjson") {
    await replayLines(file, target, tally);
    return;
  }
  const body = await readWhole(file);
  if (kind === ".json") {
    await sendJson(body.toString(), file, target, tally);
    return;
  }
  if (target.signal === undefined) {
    throw new UserError(`${file}: protobuf does not say what it holds; add --signal`, 2);
  }
  await send({ signal: target.signal, contentType: "application/x-protobuf", body }, target, tally);
}

async function readWhole(file: string): Promise<Buffer> {
  try {
    const bytes = await readFile(file);
    return file.endsWith(".gz") ? gunzipSync(bytes) : bytes;
  } catch (error) {
    throw cannotRead(file, error);
  }
}

/** Line by line, so that a recording may be larger than memory. */
async function replayLines(file: string, target: Target, tally: Tally): Promise<void> {
  const gunzip = file.endsWith(".gz") ? [createGunzip()] : [];
  let failure: unknown;
  const input = new PassThrough();
  pipeline([createReadStream(file), ...gunzip, input], (error) => {
    failure = error ?? undefined;
  });
  try {
    for await (const line of createInterface({ input })) {
      await sendLine(line, file, target, tally);
    }
  } catch (error) {
    throw error instanceof UserError ? error : cannotRead(file, error);
  }
  if (failure !== undefined) {
    throw cannotRead(file, failure);
  }
}

function cannotRead(file: string, error: unknown): UserError {
  return new UserError(`Cannot read ${file}: ${causeOf(error)}`);
}

async function sendLine(line: string, file: string, target: Target, tally: Tally): Promise<void> {
  if (line.trim() !== "") {
    await sendJson(line, file, target, tally);
  }
}

async function sendJson(text: string, file: string, target: Target, tally: Tally): Promise<void> {
  const signal = target.signal ?? signalOf(text);
  if (signal === undefined) {
    throw new UserError(
      `${file}: expected resourceSpans, resourceLogs or resourceMetrics at the top of the JSON`,
    );
  }
  await send({ signal, contentType: "application/json", body: Buffer.from(text) }, target, tally);
}

function signalOf(text: string): Signal | undefined {
  const start = text.slice(0, 200);
  const fields: Record<string, Signal> = {
    resourceSpans: "traces",
    resourceLogs: "logs",
    resourceMetrics: "metrics",
  };
  return Object.entries(fields).find(([field]) => start.includes(`"${field}"`))?.[1];
}

interface OtlpRequest {
  readonly signal: Signal;
  readonly contentType: string;
  readonly body: Buffer;
}

const maxAttempts = 20;

/** Sends one request; waits and repeats when the service says it is full. */
async function send(request: OtlpRequest, { otlp }: Target, tally: Tally): Promise<void> {
  const key = process.env["TELLTALE_API_KEY"];
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const response = await fetch(`${otlp}/v1/${request.signal}`, {
      method: "POST",
      headers: {
        "content-type": request.contentType,
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
      body: new Uint8Array(request.body),
    }).catch((error: unknown) => {
      throw new UserError(`No OTLP receiver answers at ${otlp} (${causeOf(error)})`);
    });
    if (response.ok) {
      tally.requests += 1;
      tally.rejected += await rejectedOf(response);
      return;
    }
    if (response.status !== 503 && response.status !== 429) {
      throw new UserError(`${otlp} answered ${response.status}: ${await response.text()}`);
    }
    const seconds = Number(response.headers.get("retry-after") ?? "1");
    await new Promise((resolve) => setTimeout(resolve, Math.min(seconds, 30) * 1000));
  }
  throw new UserError(`${otlp} stayed full for ${maxAttempts} attempts`);
}

async function rejectedOf(response: Response): Promise<number> {
  if (response.headers.get("content-type")?.includes("json") !== true) {
    return decodeRejectedCount(new Uint8Array(await response.arrayBuffer()));
  }
  const { partialSuccess } = (await response.json()) as {
    partialSuccess?: Record<string, unknown>;
  };
  const counts = ["rejectedSpans", "rejectedLogRecords", "rejectedDataPoints"];
  return counts.reduce((sum, field) => sum + Number(partialSuccess?.[field] ?? 0), 0);
}
