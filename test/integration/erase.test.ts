import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTelltaleProcess, type TelltaleProcess } from "../../bench/service-process.ts";
import { encodeTraceRequest } from "../../core/otlp/encode.ts";
import { plainSpan } from "../helpers/plain-span.ts";
import { runCli } from "../helpers/run-cli.ts";

const ada = "ada.lovelace@example.org";
const dir = mkdtempSync(join(tmpdir(), "telltale-erase-"));
let telltale: TelltaleProcess;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  telltale = await startTelltaleProcess(join(dir, "data"));
  env = { TELLTALE_API_URL: telltale.api };
}, 60_000);

afterAll(async () => {
  await telltale.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function spans(): Promise<string> {
  const sql = encodeURIComponent("SELECT count() FROM otel_traces FORMAT TSV");
  return (await (await fetch(`${telltale.api}/clickhouse?query=${sql}`)).text()).trim();
}

it("waits for what was acknowledged before, removes it, and leaves no byte of it", async () => {
  const body = encodeTraceRequest(
    Array.from({ length: 40 }, (_, number) =>
      plainSpan(number, number % 4 === 0 ? { attributes: new Map([["user.id", ada]]) } : {}),
    ),
  );
  const sent = await fetch(`${telltale.otlpHttp}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf" },
    body: new Uint8Array(body),
  });
  expect(sent.status).toBe(200);
  const { code, stdout, stderr } = await runCli(["erase", "--subject", ada, "--json"], { env });
  expect([code, stderr]).toEqual([0, ""]);
  const report = JSON.parse(stdout) as { places: { place: string; before: number }[] };
  expect(report).toMatchObject({ complete: true, waiting: 0, oldParts: 0 });
  expect(report.places).toContainEqual({
    place: "otel_traces",
    action: "deleted",
    before: 10,
    after: 0,
  });
  expect(await spans()).toBe("30");
  const files = execFileSync("sh", ["-c", `grep -rlF "${ada}" "${dir}" || true`]).toString();
  expect([files, telltale.log()]).toEqual(["", ""]);
}, 120_000);

it("does not store a resend of what was erased", async () => {
  const body = encodeTraceRequest([plainSpan(0, { attributes: new Map([["user.id", ada]]) })]);
  await fetch(`${telltale.otlpHttp}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf" },
    body: new Uint8Array(body),
  });
  const { code, stdout } = await runCli(["erase", "--subject", ada], { env });
  expect([code, stdout]).toEqual([0, "Nothing of this subject is stored.\n"]);
}, 60_000);

it("has no dead letters to show", async () => {
  const list = await runCli(["dlq"], { env });
  expect([list.code, list.stdout]).toEqual([0, "No dead letters.\n"]);
  const json = await runCli(["dlq", "ls", "--json"], { env });
  expect([json.code, json.stdout]).toEqual([0, ""]);
  for (const args of [
    ["show", "1"],
    ["replay", "1"],
    ["drop", "1"],
  ]) {
    const { code, stderr } = await runCli(["dlq", ...args], { env });
    expect([code, stderr]).toEqual([1, expect.stringContaining("there is no dead letter 1")]);
  }
}, 60_000);
