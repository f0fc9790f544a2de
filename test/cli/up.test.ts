import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { startTelltaleProcess, type TelltaleProcess } from "../../bench/service-process.ts";
import { encodeTraceRequest } from "../../core/otlp/encode.ts";
import type { AccountingRow } from "../../core/queue/queue.ts";
import { createGitRepository } from "../helpers/git-repository.ts";
import { plainSpan } from "../helpers/plain-span.ts";
import { runCli } from "../helpers/run-cli.ts";
import { waitUntil } from "../helpers/wait-until.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-up-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const freePorts = {
  TELLTALE_OTLP_HTTP_PORT: "0",
  TELLTALE_OTLP_GRPC_PORT: "0",
  TELLTALE_API_PORT: "0",
};

describe("a start that is refused", () => {
  it("names every problem of the configuration and exits 2", async () => {
    const file = join(dir, "bad.yaml");
    writeFileSync(file, "otlp: { httpPort: many }\nstroe: {}\napi: { port: 70000 }\n");
    const { code, stdout, stderr } = await runCli(["up", "--config", file]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("3 problem(s)");
    expect(stderr).toContain("otlp.httpPort");
    expect(stderr).toContain("stroe");
    expect(stderr).toContain("api.port");
  });

  it("exits 2 when the named file does not exist", async () => {
    const { code, stderr } = await runCli(["up", "--config", join(dir, "gone.yaml")]);
    expect(code).toBe(2);
    expect(stderr).toContain("expected a configuration file, found none");
  });

  it("does not bind to other machines without a key, and names the setting", async () => {
    const { code, stderr } = await runCli(["up", "--json"], {
      env: { ...freePorts, TELLTALE_HOST: "0.0.0.0" },
    });
    expect(code).toBe(2);
    expect(stderr).toContain("auth.apiKeys");
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("says which port is in use, closes what it opened and exits 1", async () => {
    const blocker = createServer();
    const port = await new Promise<number>((resolve) => {
      blocker.listen(0, "127.0.0.1", () => {
        const address = blocker.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    const { code, stdout, stderr } = await runCli(["up", "--json"], {
      env: { ...freePorts, TELLTALE_API_PORT: String(port) },
    });
    blocker.close();
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`Port ${port} on 127.0.0.1 is in use.`);
  });
});

describe("a running service", () => {
  const dataDir = join(dir, "data");
  let telltale: TelltaleProcess;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    telltale = await startTelltaleProcess(dataDir);
    env = { TELLTALE_API_URL: telltale.api };
  });

  afterAll(() => telltale.kill());

  async function accounting(signal: string): Promise<AccountingRow | undefined> {
    const response = await fetch(`${telltale.api}/api/v1/accounting`);
    const { items } = (await response.json()) as { items: AccountingRow[] };
    return items.find((row) => row.signal === signal);
  }

  it("prints one line of JSON when it is ready", () => {
    expect(telltale.pid).toBeGreaterThan(0);
    expect(telltale.api).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(telltale.otlpHttp).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it("keeps a second service off its data folder, in words", async () => {
    const { code, stdout, stderr } = await runCli(["up", "--json"], {
      env: { ...freePorts, TELLTALE_DATA_DIR: dataDir, TELLTALE_KEY_FILE: `${dataDir}.key` },
    });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/in use|another|already/i);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  function json(number: number): string {
    const time = `${Date.now() - 60_000}000000`;
    const span = {
      traceId: String(number).padStart(32, "a"),
      spanId: String(number).padStart(16, "b"),
      name: "GET /",
      kind: 2,
      startTimeUnixNano: time,
      endTimeUnixNano: time,
    };
    return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  }

  it("takes recordings as JSON, JSON lines and protobuf, gzipped or not", async () => {
    const files: Record<string, Uint8Array | string> = {
      "one.json": json(1),
      "two.json.gz": gzipSync(json(2)),
      "three.jsonl": `${json(3)}\n\n${json(4)}\n`,
      "four.jsonl.gz": gzipSync(`${json(5)}\n${json(6)}`),
    };
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(dir, name), content);
    }
    const names = Object.keys(files).map((name) => join(dir, name));
    const first = await runCli(["replay", "--json", ...names], { env });
    expect([first.code, first.stderr]).toEqual([0, ""]);
    expect(JSON.parse(first.stdout)).toEqual({ requests: 6, rejected: 0 });
    const old = plainSpan(8, { startTimeUnixNano: 1n, endTimeUnixNano: 2n });
    writeFileSync(join(dir, "five.pb"), encodeTraceRequest([plainSpan(7), old]));
    writeFileSync(join(dir, "six.pb.gz"), gzipSync(encodeTraceRequest([plainSpan(9)])));
    const second = await runCli(
      ["replay", "--json", "--signal", "traces", join(dir, "five.pb"), join(dir, "six.pb.gz")],
      { env },
    );
    expect([second.code, second.stderr]).toEqual([0, ""]);
    expect(JSON.parse(second.stdout)).toEqual({ requests: 2, rejected: 1 });
    const row = await waitUntil("8 stored spans", async () => {
      const now = await accounting("traces");
      return now?.stored === 8 && now;
    });
    expect(row).toMatchObject({ received: 9, rejected: { time_out_of_range: 1 } });
  });

  it.each([
    { name: "x.pb", content: "", args: [], code: 2, words: "add --signal" },
    { name: "x.json", content: `{"a":1}`, args: [], code: 1, words: "expected resourceSpans" },
    { name: "x.jsonl.gz", content: "no gzip", args: [], code: 1, words: "Cannot read" },
    { name: "y.pb", content: "\u0000", args: ["--signal", "logs"], code: 1, words: "answered 400" },
  ])("refuses the recording $name in words", async ({ name, content, args, code, words }) => {
    writeFileSync(join(dir, name), content);
    const result = await runCli(["replay", ...args, join(dir, name)], { env });
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(words);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  it("imports the commits of a repository", async () => {
    const repository = createGitRepository();
    const revision = repository.commit({
      message: "Add a tool\n\nCo-authored-by: Claude <noreply@anthropic.com>",
      time: new Date(Date.now() - 3_600_000).toISOString(),
      files: { "src/tools.ts": "export {};\n" },
    });
    const { code, stdout } = await runCli(
      ["changes", "import", "--repo", repository.dir, "--service", "shop", "--json"],
      { env },
    );
    repository.remove();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ accepted: 1, rejected: [] });
    const change = await waitUntil("the commit", async () => {
      const response = await fetch(`${telltale.api}/api/v1/changes/${revision}`);
      return response.ok && ((await response.json()) as object);
    });
    expect(change).toMatchObject({ kind: "commit", service: "shop", files: ["src/tools.ts"] });
  });

  it.each([
    { args: ["findings"], stdout: /^No findings\.\n$/ },
    { args: ["findings", "--json"], stdout: /^$/ },
    { args: ["proposals", "list"], stdout: /^No proposals\.\n$/ },
    { args: ["proposals", "list", "--json"], stdout: /^$/ },
  ])("$args answers", async ({ args, stdout }) => {
    const result = await runCli(args, { env });
    expect([result.code, result.stderr]).toEqual([0, ""]);
    expect(result.stdout).toMatch(stdout);
  });

  it.each([
    { args: ["findings", "show", "nothing"], words: "there is no finding nothing" },
    { args: ["findings", "--status", "gone"], words: "status: " },
    { args: ["proposals", "approve", "nothing", "--reason", "x"], words: "there is no proposal" },
  ])("$args passes on what the service says", async ({ args, words }) => {
    const result = await runCli(args, { env });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(words);
  });

  it("is well in the eyes of the doctor", async () => {
    const { code, stdout } = await runCli(["doctor"], { env });
    expect(stdout).toMatch(/^ok {3}service: running, version /m);
    expect(stdout).toMatch(/^ok {3}telemetry: \d+ records received/m);
    expect(code).toBe(0);
  });

  it("drains and exits 0 on SIGTERM, with nothing in flight when it starts again", async () => {
    expect(await telltale.stop()).toBe(0);
    expect(telltale.log()).toBe("");
    telltale = await startTelltaleProcess(dataDir);
    expect(await accounting("traces")).toMatchObject({ stored: 8, inFlight: 0 });
  });
});

it("says nothing but the ready line on standard output while it exports its own metrics", async () => {
  // Nobody answers there, which the SDK complains about several times a second.
  const service = await startTelltaleProcess(join(dir, "exporting"), {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
    OTEL_METRIC_EXPORT_INTERVAL: "200",
  });
  await waitUntil("a complaint", async () => service.log().includes("metrics export"));
  expect(await service.stop()).toBe(0);
  const lines = service.log().trim().split("\n");
  expect(lines.map((line) => typeof JSON.parse(line))).toEqual(lines.map(() => "object"));
});
