import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFindingStage } from "../../../analyzer/findings/finding-stage.ts";
import { createBatchStep } from "../../../analyzer/ingest/batch-step.ts";
import { createHeartbeatWriter } from "../../../analyzer/ingest/heartbeat.ts";
import { createStoredSpans } from "../../../analyzer/ingest/stored-spans.ts";
import { createInspector } from "../../../analyzer/inspect/inspector.ts";
import { recordNews } from "../../../analyzer/stages/stages.ts";
import { systemClock } from "../../../core/clock.ts";
import { openLmdbCommands } from "../../../core/commands/lmdb-commands.ts";
import { Config } from "../../../core/config/config.ts";
import { createLogger } from "../../../core/log.ts";
import type { Span } from "../../../core/model/telemetry.ts";
import { encodeTraceRequest } from "../../../core/otlp/encode.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { createMetrics } from "../../../core/telemetry/metrics.ts";
import { createPrometheusMeter } from "../../../core/telemetry/prometheus.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";
import { plainSpan } from "../../helpers/plain-span.ts";
import { openTestQueue, type TestQueue } from "../../helpers/test-queue.ts";

const maxSeriesValues = 100;
const flood = 5000;

let store: OpenedStore;
let queue: TestQueue;
let dir: string;
let commands: ReturnType<typeof openLmdbCommands>;

beforeAll(async () => {
  store = await openMemoryStore();
  queue = openTestQueue();
  dir = mkdtempSync(join(tmpdir(), "telltale-commands-"));
  commands = openLmdbCommands({ dir });
});

afterAll(async () => {
  await commands.close();
  await queue.close();
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

/** A tool call whose every name is made up for it. */
function madeUpSpan(number: number): Span {
  const resource = {
    attributes: new Map([
      ["service.name", `service-${number}`],
      ["service.version", `version-${number}`],
      ["deployment.environment.name", `environment-${number}`],
    ]),
    schemaUrl: "",
  };
  const attributes = new Map([
    ["gen_ai.operation.name", number % 2 === 0 ? "execute_tool" : `operation-${number}`],
    ["gen_ai.tool.name", `tool-${number}`],
    ["gen_ai.agent.name", `agent-${number}`],
    ["gen_ai.request.model", `model-${number}`],
    ["gen_ai.response.model", `answering-${number}`],
    ["gen_ai.system_instructions", `[{"type":"text","content":"You are number ${number}."}]`],
  ]);
  return plainSpan(number, { resource, attributes });
}

async function send(tenant: string, spans: readonly Span[]): Promise<void> {
  await queue.producer.append({
    tenant,
    signal: "traces",
    contentType: "protobuf",
    contentEncoding: "identity",
    receivedAtUnixMs: Date.now(),
    acceptedCount: spans.length,
    rejectedOrdinals: [],
    rejected: {},
    body: encodeTraceRequest(spans),
  });
}

it("stores a flood of made-up names as `other`, and nobody else's", async () => {
  const config = Config.parse({ analyzer: { maxSeriesValues } });
  const logger = createLogger("silent");
  const prometheus = createPrometheusMeter();
  const inspector = createInspector(config.analyzer);
  const findings = createFindingStage({ store, commands, clock: systemClock, logger });
  const step = createBatchStep({
    consumer: queue.consumer(),
    stores: { ...store, storedSpans: createStoredSpans(store) },
    inspector,
    heartbeat: createHeartbeatWriter(store.writes, inspector),
    claims: null,
    aftermath: (stored) => recordNews(findings, stored),
    metrics: createMetrics([prometheus.meter]),
    config,
    logger,
  });
  for (let from = 0; from < flood; from += 1000) {
    await send(
      "loud",
      Array.from({ length: 1000 }, (_, i) => madeUpSpan(from + i)),
    );
  }
  await send("quiet", [madeUpSpan(9999)]);
  const streams = new Set<string>();
  for (let result = await step(); result.worked; result = await step()) {
    result.stored?.spans
      .filter(({ tenant }) => tenant === "loud")
      .forEach(({ service, environment }) => streams.add(`${service}/${environment}`));
  }

  expect(streams.size).toBe(maxSeriesValues + 1);
  const [windows] = await store.reads.query<object>(
    `SELECT toUInt32(sum(w.Spans)) AS spans, toUInt32(uniqExact(ServiceName, Environment)) AS streams,
      toUInt32(uniqExact(ServiceName)) AS services, toUInt32(uniqExact(Environment)) AS environments,
      toUInt32(uniqExact(ServiceVersion)) AS versions, toUInt32(uniqExact(GenAiTool)) AS tools,
      toUInt32(uniqExact(GenAiRequestModel)) AS models,
      toUInt32(countIf(GenAiOperation NOT LIKE 'operation-%' AND GenAiOperation != 'execute_tool'
        AND GenAiOperation != 'other')) AS strays
    FROM windows_1m AS w WHERE Tenant = 'loud'`,
  );
  const most = maxSeriesValues + 1;
  expect(windows).toEqual({
    spans: flood,
    streams: most,
    services: most,
    environments: most,
    versions: most,
    tools: most,
    models: most,
    strays: 0,
  });
  const [raw] = await store.reads.query<object>(
    `SELECT toUInt32(uniqExact(ResourceAttributes['service.name'])) AS services,
      toUInt32(uniqExact(SpanAttributes['gen_ai.tool.name'])) AS tools,
      toUInt32(uniqExact(PromptFingerprint)) AS prompts,
      toUInt32(uniqExact(GenAiAgent)) AS agents,
      toUInt32(uniqExact(GenAiResponseModel)) AS models
    FROM otel_traces WHERE Tenant = 'loud'`,
  );
  expect(raw).toEqual({ services: flood, tools: flood, prompts: most, agents: most, models: most });
  const quiet = await store.reads.query<object>(
    `SELECT toString(ServiceName) AS service, toString(Environment) AS environment,
      toString(GenAiTool) AS tool FROM windows_1m WHERE Tenant = 'quiet'`,
  );
  expect(quiet).toEqual([
    { service: "service-9999", environment: "environment-9999", tool: "tool-9999" },
  ]);
  const page = await prometheus.scrape();
  expect(page).toMatch(/telltale_series_overflow_total\{dimension="service"[^}]*\} 4900\b/);
  expect(page).toMatch(/telltale_series_overflow_total\{dimension="tool"[^}]*\} 4900\b/);
  expect(page).toMatch(/telltale_series_overflow_total\{dimension="operation"[^}]*\} 2400\b/);
});
