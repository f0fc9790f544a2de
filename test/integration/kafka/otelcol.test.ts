import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { TelltaleProcess } from "../../../bench/service-process.ts";
import type { Span } from "../../../core/model/telemetry.ts";
import type { AccountingRow } from "../../../core/queue/queue.ts";
import { describeWith } from "../../helpers/clients/client-tools.ts";
import { type ShopProtocol, sendJsShop } from "../../helpers/clients/js-shop.ts";
import type { Otelcol } from "../../helpers/clients/otelcol.ts";
import {
  startOtelcolBeforeKafka,
  startOtelcolBehindKafka,
} from "../../helpers/clients/otelcol-kafka.ts";
import { otlpJsonExamples } from "../../helpers/clients/otlp-json-examples.ts";
import { newShopRun, type ShopIds, type ShopRun, shopRecords } from "../../helpers/clients/shop.ts";
import { type Counts, outcomeOf, settledCounts } from "../../helpers/clients/shop-outcome.ts";
import { type Fleet, startFleet } from "../../helpers/fleet.ts";
import { describeWithKafka } from "../../helpers/kafka/kafka-artifacts.ts";
import { startOtlpSink } from "../../helpers/otlp-sink.ts";
import { waitUntil } from "../../helpers/wait-until.ts";
import { createWitness, sound, verdictOn } from "../../helpers/witness.ts";

const isSkipped = [describeWith("otelcol-kafka"), describeWithKafka()].includes(describe.skip);
const describeWithBoth = isSkipped ? describe.skip : describe;

const signals = ["traces", "logs", "metrics"] as const;
const kinds = ["spans", "logs", "points"] as const;
/** As docs/distributed.md advises, and compressed. */
const carefulProducer = { required_acks: -1, max_message_bytes: 7_340_032, compression: "zstd" };
const protocols: [ShopProtocol, boolean][] = [
  ["grpc", true],
  ["http/protobuf", true],
  ["http/json", true],
  ["http/json", false],
];

describeWithBoth("an OpenTelemetry Collector on either side of the Kafka topics", () => {
  const stops: (() => Promise<unknown>)[] = [];
  let dir: string;
  let fleet: Fleet;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "telltale-otelcol-kafka-"));
  });
  beforeEach(async () => {
    const started = await startFleet();
    if (started === null) {
      throw new Error("expected a broker, as there was one a moment ago");
    }
    fleet = started;
    stops.push(() => fleet.close());
  });
  afterEach(async () => {
    // Whoever sends stops first.
    for (const stop of stops.splice(0).toReversed()) {
      await stop();
    }
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  function newFolder(name: string): string {
    const folder = join(dir, name);
    mkdirSync(folder);
    return folder;
  }

  function tracked(collector: Otelcol): Otelcol {
    stops.push(() => collector.stop());
    return collector;
  }

  it("before them: all that it writes is stored once", async () => {
    await fleet.add("analyzer");
    const service = (await fleet.add("feedback")).process();
    const collector = tracked(
      await startOtelcolBeforeKafka(newFolder("before"), fleet.broker.brokers),
    );
    for (const [index, [protocol, gzip]] of protocols.entries()) {
      const run = newShopRun("before Kafka", index % 2 === 0 ? "delta" : "cumulative");
      const { stored, expected } = await outcomeOf(service, run, async () => {
        const before = await settledCounts(service);
        const ids = await sendJsShop(run, { ...collector, protocol, gzip });
        await untilStored(service, before);
        return ids;
      });
      expect(stored).toEqual(expected);
    }

    const witness = createWitness();
    for (let sent = 0; sent < 20; sent += 1) {
      // By default the exporter drops messages of more than a million bytes.
      await witness.send({ ...collector, api: "" }, witness.next(100));
    }
    const careful = tracked(
      await startOtelcolBeforeKafka(newFolder("careful"), fleet.broker.brokers, carefulProducer),
    );
    await witness.send({ ...careful, api: "" }, witness.next(1000));
    const shops = protocols.length * shopRecords.traces;
    await waitUntil("every span to be stored", async () => {
      return (await settledCounts(service)).traces >= shops + witness.acknowledged.size;
    });
    expect(witness.acknowledged.size).toBe(3000);
    expect(await verdictOn(service, witness.acknowledged)).toEqual(sound);
    expect(await accountsOf(service)).toEqual({
      "default logs": protocols.length * shopRecords.logs,
      "default metrics": protocols.length * shopRecords.metrics,
      "default traces": shops + 3000,
    });
    expect([...complaintsOf(collector), ...complaintsOf(careful)]).toEqual([]);
  });

  it("behind them: it reads everything that Telltale's collector wrote", async () => {
    const door = (await fleet.add("collector")).process();
    const sink = await startOtlpSink();
    stops.push(() => sink.close());
    const shops: [ShopRun, ShopIds][] = [];
    for (const [protocol, gzip] of protocols) {
      const run = newShopRun("behind Kafka");
      shops.push([run, await sendJsShop(run, { ...door, protocol, gzip })]);
    }
    const example = await sendJsonExample(door.otlpHttp);
    const witness = createWitness();
    for (const spans of [1, 50, 1500]) {
      // The last is more than the receiver asks for at once.
      await witness.send(door, witness.next(spans));
    }
    const collector = tracked(
      await startOtelcolBehindKafka(newFolder("behind"), fleet.broker.brokers, sink.otlpHttp),
    );
    const expected = {
      spans: shops.length * shopRecords.traces + 1 + 1551,
      logs: shops.length * shopRecords.logs,
      points: shops.length * shopRecords.metrics,
    };
    await waitUntil("everything to be received", () =>
      Promise.resolve(kinds.every((kind) => sink[kind].length >= expected[kind])),
    );
    await collector.stop();
    expect(kinds.map((kind) => sink[kind].length)).toEqual(kinds.map((kind) => expected[kind]));

    const ofShops = shops.flatMap(([run, ids]) => shopLines(run, ids));
    const sent = [...ofShops, example, ...[...witness.acknowledged].map(plainLine)];
    expect(sink.spans.map(lineOf).toSorted()).toEqual(sent.toSorted());
    const ofLogs = sink.logs.map(({ spanId }) => spanId).filter((spanId) => spanId !== "");
    expect(ofLogs.toSorted()).toEqual(shops.map(([, { chat }]) => chat.spanId).toSorted());
    expect(complaintsOf(collector)).toEqual([]);
  });
});

type Service = Pick<TelltaleProcess, "api">;

/** A run of the shop more than before, of every signal: their topics do not wait for each other. */
async function untilStored(service: Service, before: Counts): Promise<void> {
  await waitUntil("all signals of a run", async () => {
    const now = await settledCounts(service);
    return signals.every((signal) => now[signal] >= before[signal] + shopRecords[signal]);
  });
}

/** Stored records by tenant and signal, where everything received was stored. */
async function accountsOf({ api }: Service): Promise<Record<string, number>> {
  const response = await fetch(`${api}/api/v1/accounting`);
  const { items } = (await response.json()) as { items: AccountingRow[] };
  const stored = items.filter((row) => row.received > 0 && row.received === row.stored);
  return Object.fromEntries(stored.map((row) => [`${row.tenant} ${row.signal}`, row.stored]));
}

/** A JSON request with ids in upper case, compressed; returns what must become of its span. */
async function sendJsonExample(otlpHttp: string): Promise<string> {
  const unixNano = BigInt(Date.now() - 60_000) * 1_000_000n;
  const { traces } = otlpJsonExamples(unixNano, String);
  const { status } = await fetch(`${otlpHttp}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json", "content-encoding": "gzip" },
    body: gzipSync(JSON.stringify(traces)),
  });
  expect(status).toBe(200);
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  return `example.till: GET /till ${traceId} 00f067aa0ba902b7 00f067aa0ba902b6`;
}

function shopLines({ service }: ShopRun, { agent, chat }: ShopIds): string[] {
  return [
    `${service}: invoke_agent planner ${agent.traceId} ${agent.spanId} `,
    `${service}: chat gpt-4o ${chat.traceId} ${chat.spanId} ${agent.spanId}`,
  ];
}

/** Of a span of the witness, whose two ids are one number. */
function plainLine(spanId: string): string {
  return `plain: GET / ${spanId.padStart(32, "0")} ${spanId} `;
}

function complaintsOf(collector: Otelcol): string[] {
  const lines = collector.log().split("\n");
  return lines.filter((line) => /\t(warn|error)\t/.test(line));
}

function lineOf({ resource, name, traceId, spanId, parentSpanId }: Span): string {
  const service = resource.attributes.get("service.name") as string;
  return `${service}: ${name} ${traceId} ${spanId} ${parentSpanId}`;
}
