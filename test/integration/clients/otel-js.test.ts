import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTelltaleProcess, type TelltaleProcess } from "../../../bench/service-process.ts";
import { type ShopProtocol, sendJsShop } from "../../helpers/clients/js-shop.ts";
import { newShopRun } from "../../helpers/clients/shop.ts";
import { outcomeOf } from "../../helpers/clients/shop-outcome.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-otel-js-"));
let service: TelltaleProcess;
beforeAll(async () => {
  service = await startTelltaleProcess(join(dir, "data"));
});
afterAll(async () => {
  await service.stop();
  rmSync(dir, { recursive: true, force: true });
});

const protocols: readonly ShopProtocol[] = ["grpc", "http/protobuf", "http/json"];
const senders = protocols.flatMap((protocol) => [
  { protocol, gzip: true, temporality: "delta" as const },
  { protocol, gzip: false, temporality: "cumulative" as const },
]);

describe("the OpenTelemetry JS SDK", () => {
  it.each(senders)(
    "is stored once and whole over $protocol, gzip $gzip, $temporality",
    async ({ temporality, ...sender }) => {
      const run = newShopRun("js", temporality);
      const { stored, expected } = await outcomeOf(service, run, () =>
        sendJsShop(run, { ...service, ...sender }),
      );
      expect(stored).toEqual(expected);
    },
  );
});
