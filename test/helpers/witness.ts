import { randomBytes } from "node:crypto";
import type { TelltaleProcess } from "../../bench/service-process.ts";
import type { HealthReason } from "../../core/health/health.ts";
import type { AttributeValue } from "../../core/model/telemetry.ts";
import { encodeTraceRequest } from "../../core/otlp/encode.ts";
import type { AccountingRow } from "../../core/queue/queue.ts";
import { plainSpan } from "./plain-span.ts";
import { waitUntil } from "./wait-until.ts";

type Service = Pick<TelltaleProcess, "otlpHttp" | "api">;

export interface Upload {
  readonly ids: readonly string[];
  readonly body: Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
}

/** Sends spans that are like no others, and remembers which of them were acknowledged. */
export interface Witness {
  readonly acknowledged: Set<string>;
  /** A request of new spans, about 2 KB each, that does not compress. */
  next(spans: number): Upload;
  /** Null when the service did not answer. */
  send(service: Service, upload: Upload): Promise<Answer | null>;
}

export function createWitness(): Witness {
  const acknowledged = new Set<string>();
  let number = 0;
  return {
    acknowledged,
    next(count) {
      const spans = Array.from({ length: count }, () => {
        number += 1;
        const noise = randomBytes(900).toString("hex");
        return plainSpan(number, {
          attributes: new Map<string, AttributeValue>([["noise", noise]]),
        });
      });
      return { ids: spans.map(({ spanId }) => spanId), body: encodeTraceRequest(spans) };
    },
    async send({ otlpHttp }, { ids, body }) {
      const response = await fetch(`${otlpHttp}/v1/traces`, {
        method: "POST",
        headers: { "content-type": "application/x-protobuf" },
        body: new Uint8Array(body),
      }).catch(() => null);
      if (response === null) {
        return null;
      }
      await response.arrayBuffer().catch(() => null);
      if (response.status === 200) {
        ids.forEach((id) => acknowledged.add(id));
      }
      return { status: response.status, retryAfter: response.headers.get("retry-after") };
    },
  };
}

export interface Readiness {
  readonly status: number;
  readonly reasons: readonly HealthReason[];
}

export async function readiness({ api }: Pick<Service, "api">): Promise<Readiness> {
  const response = await fetch(`${api}/readyz`);
  const { reasons } = (await response.json()) as { reasons: HealthReason[] };
  return { status: response.status, reasons };
}

/** Waits until the service says it is in trouble with a part, and gives the reason. */
export async function untilTroubled(service: Service, part: string): Promise<string> {
  return await waitUntil(`${part} to be named by /readyz`, async () => {
    const { status, reasons } = await readiness(service);
    const found = reasons.find((reason) => reason.part === part);
    return status === 503 && found !== undefined && found.reason;
  });
}

export async function untilReady(service: Service): Promise<void> {
  await waitUntil("the service to be ready", async () => (await readiness(service)).status === 200);
}

export async function accountingOf({ api }: Pick<Service, "api">): Promise<AccountingRow | null> {
  const response = await fetch(`${api}/api/v1/accounting`);
  const { items } = (await response.json()) as { items: AccountingRow[] };
  return items.find((row) => row.signal === "traces") ?? null;
}

export async function select<Row>({ api }: Pick<Service, "api">, sql: string): Promise<Row[]> {
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

/** What must hold once everything has settled; equal to `sound` when it does. */
export interface Verdict {
  readonly lost: readonly string[];
  readonly twice: readonly string[];
  readonly unbalanced: number;
  readonly uncounted: number;
  readonly deadLettered: number;
  readonly missingInMinutes: number;
  readonly missingInHours: number;
}

export const sound: Verdict = {
  lost: [],
  twice: [],
  unbalanced: 0,
  uncounted: 0,
  deadLettered: 0,
  missingInMinutes: 0,
  missingInHours: 0,
};

/** Waits until nothing is in flight, and holds the store against what was acknowledged. */
export async function verdictOn(service: Service, acknowledged: Set<string>): Promise<Verdict> {
  const accounting = await waitUntil("the queue to be empty", async () => {
    const row = await accountingOf(service);
    return row !== null && row.inFlight === 0 && row;
  });
  const stored = await select<{ SpanId: string; copies: number | string }>(
    service,
    "SELECT SpanId, count() AS copies FROM otel_traces GROUP BY SpanId",
  );
  const ids = new Set(stored.map(({ SpanId }) => SpanId));
  const [windows] = await select<{ minutes: number | string; hours: number | string }>(
    service,
    "SELECT (SELECT sum(Spans) FROM windows_1m) AS minutes, (SELECT sum(Spans) FROM windows_1h) AS hours",
  );
  const rejected = Object.values(accounting.rejected).reduce((sum, count) => sum + count, 0);
  return {
    lost: [...acknowledged].filter((id) => !ids.has(id)),
    twice: stored.filter(({ copies }) => Number(copies) !== 1).map(({ SpanId }) => SpanId),
    unbalanced: accounting.received - accounting.stored - rejected - accounting.deadLettered,
    uncounted: stored.length - accounting.stored,
    deadLettered: accounting.deadLettered,
    missingInMinutes: stored.length - Number(windows?.minutes),
    missingInHours: stored.length - Number(windows?.hours),
  };
}
