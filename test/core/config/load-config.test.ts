import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, configLeaves, loadConfig } from "../../../core/config/load-config.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-config-"));
const file = join(dir, "telltale.yaml");

afterAll(() => rmSync(dir, { recursive: true }));

function load(yaml: string, env: NodeJS.ProcessEnv = {}) {
  writeFileSync(file, yaml);
  return loadConfig({ file, fileRequired: true, env });
}

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

describe("loadConfig", () => {
  it("gives every setting a default", () => {
    const { config } = load("");

    expect(config.host).toBe("127.0.0.1");
    expect(config.otlp.httpPort).toBe(4318);
    expect(config.api.port).toBe(7070);
    expect(config.otlp.maxBodyBytes).toBe(64 * 1024 * 1024);
  });

  it("lets variables win over the file and flags over both", () => {
    writeFileSync(file, "otlp: { httpPort: 1 }\napi: { port: 2 }\nhost: 127.0.0.9\n");

    const { config } = loadConfig({
      file,
      fileRequired: true,
      env: { TELLTALE_OTLP_HTTP_PORT: "3", TELLTALE_API_PORT: "4" },
      flags: { api: { port: 5 } },
    });

    expect(config.otlp.httpPort).toBe(3);
    expect(config.api.port).toBe(5);
    expect(config.host).toBe("127.0.0.9");
  });

  it.each([
    [
      "TELLTALE_FEEDBACK_ENABLED",
      "false",
      (config: ReturnType<typeof load>["config"]) => config.feedback.enabled,
      false,
    ],
    [
      "TELLTALE_ALLOWED_HOSTS",
      '["a.example"]',
      (config: ReturnType<typeof load>["config"]) => config.allowedHosts,
      ["a.example"],
    ],
    [
      "TELLTALE_STORE_RETENTION_RAW_DAYS",
      "7",
      (config: ReturnType<typeof load>["config"]) => config.store.retention.rawDays,
      7,
    ],
  ])("reads %s=%s", (name, text, read, expected) => {
    expect(read(load("", { [name]: text }).config)).toEqual(expected);
  });

  it.each([
    ["a.example, https://b.example,", ["a.example", "https://b.example"]],
    ['["a.example"]', ["a.example"]],
    ["", []],
  ])("takes a list of words from a variable: %j", (text, expected) => {
    expect(load("", { TELLTALE_ALLOWED_HOSTS: text }).config.allowedHosts).toEqual(expected);
  });

  it("does not take broken JSON for a list of words", () => {
    const run = () => load("", { TELLTALE_ALLOWED_HOSTS: '["a.example"' });
    expect(problemsOf(run)).toEqual([expect.stringContaining("allowedHosts")]);
  });

  it("reports all mistakes at once, each in words that name the key", () => {
    const problems = problemsOf(() =>
      load("otlp: { httpPort: 99999 }\nhots: here\nlogLevel: loud\n", { TELLTALE_API_PORT: "x" }),
    );

    expect(problems).toHaveLength(4);
    expect(problems.join("\n")).toMatch(/otlp\.httpPort/);
    expect(problems.join("\n")).toMatch(/hots/);
    expect(problems.join("\n")).toMatch(/logLevel/);
    expect(problems.join("\n")).toMatch(/api\.port/);
  });

  it("names the place of a YAML mistake", () => {
    expect(problemsOf(() => load("otlp: [1, 2\n")).join("")).toMatch(/telltale\.yaml.*line/);
  });

  it("refuses a missing file only when it was asked for", () => {
    const missing = join(dir, "none.yaml");

    expect(() => loadConfig({ file: missing, fileRequired: true, env: {} })).toThrow(ConfigError);
    expect(loadConfig({ file: missing, fileRequired: false, env: {} }).warnings).toEqual([]);
  });

  it("warns of unknown variables instead of refusing to start", () => {
    // Kubernetes sets these for a service named telltale.
    const { warnings } = load("", { TELLTALE_PORT: "tcp://10.0.0.1:4318" });

    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/TELLTALE_PORT/);
  });

  it("keeps a key such as __proto__ out of every prototype", () => {
    problemsOf(() => load('{"__proto__": {"polluted": true}}'));

    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("knows the variables of the outside contract", () => {
    expect([...configLeaves().keys()]).toEqual(
      expect.arrayContaining([
        "TELLTALE_HOST",
        "TELLTALE_DATA_DIR",
        "TELLTALE_KEY_FILE",
        "TELLTALE_OTLP_HTTP_PORT",
        "TELLTALE_OTLP_GRPC_PORT",
        "TELLTALE_API_PORT",
      ]),
    );
  });
});
