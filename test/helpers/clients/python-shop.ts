import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { clientTools } from "./client-tools.ts";
import type { ShopSender } from "./js-shop.ts";
import type { ShopIds, ShopRun } from "./shop.ts";

const script = fileURLToPath(new URL("python_shop.py", import.meta.url));
const execute = promisify(execFile);

/**
 * Sends the telemetry of the shop with the OpenTelemetry Python SDK, and waits until it is sent.
 * `env` holds what else the SDK should know, as `OTEL_EXPORTER_OTLP_HEADERS`.
 */
export async function sendPythonShop(
  run: ShopRun,
  sender: ShopSender,
  env: NodeJS.ProcessEnv = {},
): Promise<ShopIds> {
  const args = [
    script,
    run.service,
    String(run.startUnixNano),
    run.temporality,
    sender.protocol,
    sender.gzip ? "gzip" : "none",
    sender.otlpHttp,
    sender.otlpGrpc,
  ];
  const { stdout, stderr } = await execute(clientTools.python, args, {
    env: { PATH: process.env["PATH"], ...env },
  });
  // The SDK says there what it could not send.
  expect(stderr).toBe("");
  return JSON.parse(stdout) as ShopIds;
}
