import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../helpers/run-cli.ts";
import { openTestAccess, type TestAccess } from "../helpers/test-access.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-keys-"));
let open: TestAccess;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  open = await openTestAccess({ dir, time: new Date().toISOString() });
  await open.server.listen({ host: "127.0.0.1", port: 0 });
  const { port } = open.server.server.address() as AddressInfo;
  env = { TELLTALE_API_URL: `http://127.0.0.1:${port}` };
});

afterAll(async () => {
  await open.close();
  rmSync(dir, { recursive: true });
});

function keys(...args: string[]) {
  return runCli(["keys", ...args], { env });
}

it("makes the first key without one, then asks for it", async () => {
  expect((await keys()).stdout).toContain("No keys");
  const made = await keys("create", "--name", "root", "--scopes", "admin, read");
  expect([made.code, made.stderr]).toEqual([0, ""]);
  const secret = /tt_[\w-]{43}/.exec(made.stdout)?.[0] ?? "";
  const refused = await keys("list");
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("401")]);
  env = { ...env, TELLTALE_API_KEY: secret };
  expect((await keys("list")).stdout).toMatch(/root +admin,read +managed +valid/);
});

it("makes, rotates and revokes a key that expires", async () => {
  const made = await keys("create", "--json", "--name=shop", "--scopes=ingest", "--expires=90d");
  const key = JSON.parse(made.stdout) as { id: string; secret: string; expiresAt: string };
  expect(Math.round((Date.parse(key.expiresAt) - Date.now()) / 86_400_000)).toBe(90);
  const rotated = await keys("rotate", key.id, "--grace", "1h", "--json");
  expect(JSON.parse(rotated.stdout)).toMatchObject({ id: key.id, expiresAt: key.expiresAt });
  expect(rotated.stdout).not.toContain(key.secret);
  expect((await keys("revoke", key.id, "--reason", "leaked")).code).toBe(0);
  expect((await keys("list", "--json")).stdout).toMatch(/"name":"shop".*"revokedAt":"20/);
});

it.each([
  { args: ["create", "--name", "x"], code: 2, words: "--scopes" },
  { args: ["create", "--name", "x", "--scopes", "all"], code: 1, words: "400" },
  {
    args: ["create", "--name", "x", "--scopes", "read", "--expires", "soon"],
    code: 2,
    words: "90d",
  },
  { args: ["revoke", "nothing"], code: 1, words: "there is no managed key nothing" },
])("says what is wrong with $args", async ({ args, code, words }) => {
  const result = await keys(...args);
  expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(words)]);
});
