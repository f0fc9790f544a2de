import { encodeTraceRequest } from "../../../core/otlp/encode.ts";
import { startFleet } from "../../helpers/fleet.ts";
import { plainSpan } from "../../helpers/plain-span.ts";
import { waitUntil } from "../../helpers/wait-until.ts";
import { accountingOf } from "../../helpers/witness.ts";

const fleet = await startFleet();
afterAll(() => fleet?.close());
const onFleet = fleet === null ? describe.skip : describe;

const unique = 3000;
const startTimeUnixNano = BigInt(Date.now() - 60_000) * 1_000_000n;
const times = { startTimeUnixNano, endTimeUnixNano: startTimeUnixNano + 1_000_000n };

/** Numbers from `from` on, wrapped around, so that every round cuts the same spans otherwise. */
function request(from: number, size: number): Uint8Array {
  const numbers = Array.from({ length: size }, (_, index) => (from + index) % unique);
  return encodeTraceRequest(numbers.map((number) => plainSpan(number, times)));
}

onFleet("two analyzers", () => {
  it("store a span once that both get at the same time, also if one dies", async () => {
    const running = fleet as NonNullable<typeof fleet>;
    const collectors = [await running.add("collector"), await running.add("collector")];
    const first = await running.add("analyzer");
    const second = await running.add("analyzer");
    const doors = collectors.map((member) => member.process().otlpHttp);
    let sent = 0;
    for (let round = 0; round < 8; round += 1) {
      const size = 70 + round * 13;
      const requests = Array.from({ length: Math.ceil(unique / size) }, (_, index) =>
        request(index * size + round * 31, size),
      );
      const answers = await Promise.all(
        requests.map(async (body, index) => {
          const response = await fetch(`${doors[index % 2]}/v1/traces`, {
            method: "POST",
            headers: { "content-type": "application/x-protobuf" },
            body: new Uint8Array(body),
          });
          return response.status;
        }),
      );
      expect(new Set(answers)).toEqual(new Set([200]));
      sent += requests.length * size;
      if (round === 3) {
        await first.kill();
      } else if (round === 5) {
        await first.start();
        await second.kill();
      }
    }
    await second.start();
    const { api } = second.process();
    const row = await waitUntil(
      "everything to be counted",
      async () => {
        const found = await accountingOf({ api: collectors[0]?.process().api ?? api });
        return found !== null && found.inFlight === 0 && found.received === sent ? found : null;
      },
      120_000,
    );
    expect([
      row.stored,
      row.rejected["duplicate"],
      row.rejected["duplicate_conflict"] ?? 0,
    ]).toEqual([unique, sent - unique, 0]);
    const query = `SELECT count() AS rows, uniqExact(SpanId) AS spans FROM telltale.otel_traces FORMAT JSONEachRow`;
    const answer = await fetch(`${running.store.url}/?query=${encodeURIComponent(query)}`);
    const counted = (await answer.json()) as Record<string, unknown>;
    expect([Number(counted["rows"]), Number(counted["spans"])]).toEqual([unique, unique]);
  });
});
