import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { startTelltaleProcess, type TelltaleProcess } from "../../bench/service-process.ts";
import { createRandom } from "../../cli/demo/random.ts";
import { encodeTraceRequest } from "../../core/otlp/encode.ts";
import type { AccountingRow } from "../../core/queue/queue.ts";
import { plainSpan } from "../helpers/plain-span.ts";
import { waitUntil } from "../helpers/wait-until.ts";

const rounds = Number(process.env["TELLTALE_CRASH_ROUNDS"] ?? 20);
const spansPerRequest = 50;
const dir = mkdtempSync(join(tmpdir(), "telltale-crash-"));
const dataDir = join(dir, "data");

afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Sent {
  next: number;
  readonly acked: Set<string>;
  readonly bodies: Uint8Array[];
}

interface Upload {
  readonly ids: readonly string[];
  readonly body: Uint8Array;
}

/** New spans, or (three times in ten) a body that was sent before, acknowledged or not. */
function nextUpload(sent: Sent, random: ReturnType<typeof createRandom>): Upload {
  if (sent.bodies.length > 0 && random.next() < 0.3) {
    return { ids: [], body: random.pick(sent.bodies) };
  }
  const spans = Array.from({ length: spansPerRequest }, (_, index) => plainSpan(sent.next + index));
  sent.next += spansPerRequest;
  const body = gzipSync(encodeTraceRequest(spans), { level: 1 });
  sent.bodies.push(body);
  return { ids: spans.map((span) => span.spanId), body };
}

/** Sends until the service dies; remembers what was acknowledged. */
async function sendUntilDeath(
  { otlpHttp }: TelltaleProcess,
  sent: Sent,
  random: ReturnType<typeof createRandom>,
): Promise<void> {
  for (;;) {
    const { ids, body } = nextUpload(sent, random);
    const response = await fetch(`${otlpHttp}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf", "content-encoding": "gzip" },
      body: new Uint8Array(body),
    })
      .then(async (answer) => ({ status: answer.status, body: await answer.arrayBuffer() }))
      .catch(() => null);
    if (response === null) {
      return;
    }
    if (response.status === 200) {
      ids.forEach((id) => sent.acked.add(id));
    }
  }
}

async function select<Row>(api: string, sql: string): Promise<Row[]> {
  const query = encodeURIComponent(`${sql} FORMAT JSONEachRow`);
  const response = await fetch(`${api}/clickhouse?query=${query}`);
  const text = await response.text();
  if (!response.ok) {
    throw new Error(text);
  }
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row);
}

async function accountingOf(api: string): Promise<AccountingRow | undefined> {
  const response = await fetch(`${api}/api/v1/accounting`);
  const { items } = (await response.json()) as { items: AccountingRow[] };
  return items.find((row) => row.signal === "traces");
}

describe(`kill -9 under load, ${rounds} rounds`, () => {
  it("loses nothing that was acknowledged, stores nothing twice, and the accounting balances", async () => {
    const random = createRandom(7);
    const state: Sent = { next: 0, acked: new Set(), bodies: [] };

    for (let round = 0; round < rounds; round += 1) {
      const service = await startTelltaleProcess(dataDir);
      const senders = [1, 2, 3].map(() => sendUntilDeath(service, state, random));
      await new Promise((resolve) => setTimeout(resolve, 150 + random.below(1200)));
      await service.kill();
      await Promise.all(senders);
    }
    const service = await startTelltaleProcess(dataDir);
    const accounting = await waitUntil("the queue to be empty", async () => {
      const row = await accountingOf(service.api);
      return row !== undefined && row.inFlight === 0 ? row : null;
    });

    const stored = await select<{ SpanId: string; copies: number }>(
      service.api,
      "SELECT SpanId, count() AS copies FROM otel_traces GROUP BY SpanId",
    );
    const ids = new Set(stored.map((row) => row.SpanId));
    expect([...state.acked].filter((id) => !ids.has(id))).toEqual([]);
    expect(stored.filter((row) => `${row.copies}` !== "1")).toEqual([]);
    expect(state.acked.size).toBeGreaterThan(rounds * spansPerRequest);

    const rejected = Object.values(accounting.rejected).reduce((sum, count) => sum + count, 0);
    expect(accounting.received).toBe(accounting.stored + rejected + accounting.deadLettered);
    expect(accounting.stored).toBe(stored.length);

    for (const table of ["windows_1m", "windows_1h"]) {
      const [windows] = await select<{ spans: number }>(
        service.api,
        `SELECT sum(Spans) AS spans FROM ${table}`,
      );
      expect([table, Number(windows?.spans)]).toEqual([table, stored.length]);
    }
    expect(await service.stop()).toBe(0);
  });
});
