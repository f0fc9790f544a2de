import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTelltaleProcess, type TelltaleProcess } from "../../../bench/service-process.ts";
import { describeWith } from "../../helpers/clients/client-tools.ts";
import { sendPythonShop } from "../../helpers/clients/python-shop.ts";
import { newShopRun } from "../../helpers/clients/shop.ts";
import { storedExemplars } from "../../helpers/clients/shop-metrics.ts";
import { outcomeOf } from "../../helpers/clients/shop-outcome.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-otel-python-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const senders = (["grpc", "http/protobuf"] as const).flatMap((protocol) => [
  { protocol, gzip: true, temporality: "delta" as const },
  { protocol, gzip: false, temporality: "cumulative" as const },
]);

describeWith("python")("the OpenTelemetry Python SDK", () => {
  let service: TelltaleProcess;
  beforeAll(async () => {
    service = await startTelltaleProcess(join(dir, "data"));
  });
  afterAll(async () => {
    await service.stop();
  });

  it.each(senders)(
    "is stored once and whole over $protocol, gzip $gzip, $temporality",
    async ({ temporality, ...sender }) => {
      const run = newShopRun("python", temporality);
      const { ids, stored, expected } = await outcomeOf(service, run, () =>
        sendPythonShop(run, { ...service, ...sender }),
      );
      expect(stored).toEqual(expected);
      const { traceId, spanId } = ids.chat;
      const chat = { traceId, spanId };
      expect(await storedExemplars(service, run)).toEqual([
        { metric: "shop.open", value: 5, ...chat },
        { metric: "shop.orders", value: 1, ...chat },
        { metric: "shop.orders", value: 3, ...chat },
        { metric: "shop.wait", value: 12, ...chat },
        { metric: "shop.wait", value: 700, ...chat },
      ]);
    },
  );
});
