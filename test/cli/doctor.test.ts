import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { parse } from "yaml";
import { Config } from "../../core/config/config.ts";
import { runCli } from "../helpers/run-cli.ts";

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix: string;
}

async function doctor(env: NodeJS.ProcessEnv) {
  const { code, stdout } = await runCli(["doctor", "--json"], {
    env: { TELLTALE_API_URL: "http://127.0.0.1:9", ...env },
  });
  const checks = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Check);
  return { code, checks, failed: checks.filter(({ ok }) => !ok).map(({ name }) => name) };
}

const fits = {
  TELLTALE_OTLP_HTTP_PORT: "0",
  TELLTALE_OTLP_GRPC_PORT: "0",
  TELLTALE_API_PORT: "0",
  TELLTALE_STORE_MAX_DISK_BYTES: String(64 * 1024 * 1024),
  TELLTALE_QUEUE_MAX_BYTES: String(1024 * 1024),
};

it("finds everything in place", async () => {
  const { code, checks } = await doctor(fits);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(code).toBe(0);
  expect(checks.map(({ name }) => name)).toEqual([
    "Node.js",
    "git",
    "chdb",
    "configuration",
    "data folder",
    "disk",
    "OTLP/HTTP port",
    "OTLP/gRPC port",
    "API port",
  ]);
});

it("names a taken port and how to mend it", async () => {
  const blocker = createServer();
  const port = await new Promise<number>((resolve) => {
    blocker.listen(0, "127.0.0.1", () => {
      const address = blocker.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  const { code, failed } = await doctor({ ...fits, TELLTALE_API_PORT: String(port) });
  blocker.close();
  expect([code, failed]).toEqual([1, ["API port"]]);
});

it("names every problem of the configuration", async () => {
  const { code, checks, failed } = await doctor({
    TELLTALE_API_PORT: "x",
    TELLTALE_LOG_LEVEL: "y",
  });
  expect([code, failed]).toEqual([1, ["configuration"]]);
  const detail = checks.find(({ name }) => name === "configuration")?.detail;
  expect(detail).toContain("api.port");
  expect(detail).toContain("logLevel");
});

it("names a data folder that cannot be written", async () => {
  const { code, failed } = await doctor({ ...fits, TELLTALE_DATA_DIR: "/dev/null/telltale" });
  expect(code).toBe(1);
  expect(failed).toContain("data folder");
});

it("makes a key and the setting that goes with it", async () => {
  const { code, stdout } = await runCli(["doctor", "--new-key"]);
  expect(code).toBe(0);
  const key = /tt_[\w-]{43}/.exec(stdout)?.[0] ?? "";
  const yaml = stdout.slice(stdout.indexOf("auth:"));
  const { auth } = Config.parse(parse(yaml));
  expect(auth.apiKeys[0]).toMatchObject({
    sha256: createHash("sha256").update(key).digest("hex"),
    tenant: "default",
  });
});
