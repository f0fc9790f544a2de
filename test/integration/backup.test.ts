import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTelltaleProcess, type TelltaleProcess } from "../../bench/service-process.ts";
import type { Manifest } from "../../core/backup/manifest.ts";
import { encodeTraceRequest } from "../../core/otlp/encode.ts";
import { plainSpan } from "../helpers/plain-span.ts";
import { runCli } from "../helpers/run-cli.ts";
import { waitUntil } from "../helpers/wait-until.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-backup-"));
const dataDir = join(dir, "data");
const backup = join(dir, "backup");
const env = { TELLTALE_DATA_DIR: dataDir, TELLTALE_KEY_FILE: `${dataDir}.key` };

let before: Awaited<ReturnType<typeof stateOf>>;
let whileRunning: Awaited<ReturnType<typeof runCli>>[];

beforeAll(async () => {
  const telltale = await startTelltaleProcess(dataDir);
  try {
    await fill(telltale);
    before = await stateOf(telltale);
    whileRunning = [
      await runCli(["backup", join(dir, "refused")], { env }),
      await runCli(["migrate"], { env }),
    ];
  } finally {
    await telltale.stop();
  }
}, 120_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Sixty spans, one of which leaks a key, a deployment, and a person's decision. */
async function fill({ otlpHttp, api }: TelltaleProcess): Promise<void> {
  const key = `ghp_${"a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8".slice(0, 36)}`;
  const spans = Array.from({ length: 60 }, (_, number) =>
    plainSpan(number, {
      ...(number === 7 && { attributes: new Map([["gen_ai.output.messages", `key ${key}`]]) }),
    }),
  );
  await post(`${otlpHttp}/v1/traces`, encodeTraceRequest(spans), "application/x-protobuf");
  const change = { kind: "deployment", id: "dep-1", service: "plain", version: "1" };
  const time = new Date(Date.now() - 600_000).toISOString();
  await post(`${otlpHttp}/v1/changes`, JSON.stringify({ ...change, time }), "application/json");
  const finding = await waitUntil("a finding", async () => {
    const { items } = await get<{ items: { id: string }[] }>(`${api}/api/v1/findings`);
    return items[0];
  });
  const url = `${api}/api/v1/findings/${finding.id}/status`;
  const decision = JSON.stringify({ status: "acknowledged", reason: "seen" });
  await post(url, decision, "application/json");
  await waitUntil("an empty queue", async () => {
    const { items } = await get<{ items: { inFlight: number }[] }>(`${api}/api/v1/accounting`);
    return items.length > 1 && items.every(({ inFlight }) => inFlight === 0);
  });
}

async function post(url: string, body: Uint8Array | string, type: string): Promise<void> {
  const payload = typeof body === "string" ? body : new Uint8Array(body);
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": type },
    body: payload,
  });
  expect([url, response.ok]).toEqual([url, true]);
}

async function get<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

/** What must be the same after a restore. */
async function stateOf({ api }: TelltaleProcess) {
  async function count(table: string): Promise<string> {
    const sql = encodeURIComponent(`SELECT count() FROM ${table} FORMAT TSV`);
    return (await (await fetch(`${api}/clickhouse?query=${sql}`)).text()).trim();
  }
  const audit = await get<{ items: object[]; chain: { ok: boolean } }>(
    `${api}/api/v1/audit?verify=true`,
  );
  return {
    spans: await count("otel_traces"),
    windows: await count("windows_1m"),
    findings: await get<object>(`${api}/api/v1/findings`),
    changes: await get<object>(`${api}/api/v1/changes`),
    accounting: await get<object>(`${api}/api/v1/accounting`),
    audit,
  };
}

it("is refused in words while a service runs", () => {
  for (const { code, stderr } of whileRunning) {
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/Another Telltale \(process \d+\) is running/),
    ]);
  }
});

it("gives back all of it", async () => {
  expect(before).toMatchObject({ spans: "60", audit: { chain: { ok: true } } });
  const made = await runCli(["backup", backup, "--json"], { env });
  expect([made.code, made.stderr]).toEqual([0, ""]);
  expect(JSON.parse(made.stdout)).toMatchObject({ folder: backup, keyIncluded: false });
  rmSync(dataDir, { recursive: true });
  const restored = await runCli(["restore", backup, "--json"], { env });
  expect([restored.code, restored.stderr]).toEqual([0, ""]);
  expect(JSON.parse(restored.stdout)).toMatchObject({ dataDir, movedTo: null });
  const telltale = await startTelltaleProcess(dataDir);
  const after = await stateOf(telltale);
  const refused = await runCli(["restore", backup, "--force"], { env });
  await telltale.stop();
  expect(after).toEqual(before);
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/Another Telltale \(process \d+\) is running/),
  ]);
}, 120_000);

it("does not hold the key of the queue unless asked to, and then puts it back", async () => {
  const key = readFileSync(env.TELLTALE_KEY_FILE, "utf8").trim();
  const held = readdirSync(backup, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .some((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(key));
  expect(held).toBe(false);
  const withKey = join(dir, "with-key");
  const made = await runCli(["backup", withKey, "--include-key", "--json"], { env });
  expect(JSON.parse(made.stdout)).toMatchObject({ keyIncluded: true });
  const elsewhere = { TELLTALE_DATA_DIR: join(dir, "else"), TELLTALE_KEY_FILE: join(dir, "k") };
  const restored = await runCli(["restore", withKey, "--json"], { env: elsewhere });
  expect(JSON.parse(restored.stdout)).toMatchObject({ keyRestored: true });
  expect(readFileSync(elsewhere.TELLTALE_KEY_FILE, "utf8").trim()).toBe(key);
}, 60_000);

describe("a restore", () => {
  const target = { TELLTALE_DATA_DIR: join(dir, "target"), TELLTALE_KEY_FILE: join(dir, "t.key") };

  function manifest(): Manifest {
    return JSON.parse(readFileSync(join(backup, "manifest.json"), "utf8")) as Manifest;
  }

  /** Restores after `spoil`, which is undone afterwards. */
  async function refused(file: string, spoil: () => void): Promise<string> {
    const path = join(backup, file);
    const kept = existsSync(path) ? readFileSync(path) : null;
    spoil();
    const { code, stderr } = await runCli(["restore", backup], { env: target });
    if (kept === null) {
      rmSync(path);
    } else {
      writeFileSync(path, kept);
    }
    expect([code, existsSync(target.TELLTALE_DATA_DIR)]).toEqual([1, false]);
    expect(stderr).not.toMatch(/^\s+at /m);
    return stderr;
  }

  function write(changes: object): void {
    writeFileSync(join(backup, "manifest.json"), JSON.stringify({ ...manifest(), ...changes }));
  }

  it("refuses a file that was altered, removed or put in", async () => {
    const file = "data/audit/data.mdb";
    expect(await refused(file, () => appendFileSync(join(backup, file), "x"))).toContain(
      "data/audit/data.mdb is not as it was backed up",
    );
    expect(await refused(file, () => rmSync(join(backup, file)))).toContain("cannot be read");
    const other = "data/other";
    expect(await refused(other, () => writeFileSync(join(backup, other), ""))).toContain("altered");
  }, 60_000);

  it("refuses a newer schema, a broken manifest and paths that lead out", async () => {
    const file = "manifest.json";
    expect(await refused(file, () => write({ schema: 999_999 }))).toContain("newer version");
    expect(await refused(file, () => writeFileSync(join(backup, file), "{"))).toContain("not JSON");
    expect(await refused(file, () => write({ format: 2 }))).toContain("format");
    const out = { kind: "file", path: "../evil", bytes: 0, sha256: "0".repeat(64) };
    expect(await refused(file, () => write({ entries: [out] }))).toContain("inside the backup");
    const link = { kind: "link", path: "data/a", target: "../b" };
    expect(await refused(file, () => write({ entries: [link] }))).toContain("leads out");
    expect(await refused(file, () => rmSync(join(backup, file)))).toContain("not a whole backup");
  }, 60_000);

  it("does not replace data unless forced to, and then keeps it", async () => {
    mkdirSync(target.TELLTALE_DATA_DIR);
    writeFileSync(join(target.TELLTALE_DATA_DIR, "mine"), "mine");
    const { code, stderr } = await runCli(["restore", backup], { env: target });
    expect([code, stderr]).toEqual([1, expect.stringContaining("--force")]);
    const forced = await runCli(["restore", backup, "--force", "--json"], { env: target });
    expect([forced.code, forced.stderr]).toEqual([0, ""]);
    const { movedTo } = JSON.parse(forced.stdout) as { movedTo: string };
    expect(readFileSync(join(movedTo, "mine"), "utf8")).toBe("mine");
  }, 60_000);
});

describe("a backup", () => {
  it("refuses a folder that is not empty, and a data folder without data", async () => {
    const full = await runCli(["backup", backup], { env });
    expect([full.code, full.stderr]).toEqual([1, expect.stringContaining("is not empty")]);
    const none = await runCli(["backup", join(dir, "x")], {
      env: { TELLTALE_DATA_DIR: join(dir, "none") },
    });
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("There is no data")]);
    expect(existsSync(join(dir, "none"))).toBe(false);
  }, 60_000);
});

describe("migrate", () => {
  it("lists nothing for data of this version", async () => {
    const { code, stdout } = await runCli(["migrate", "--dry-run", "--json"], { env });
    expect([code, JSON.parse(stdout)]).toEqual([0, { applied: false, migrations: [] }]);
  }, 60_000);
});
