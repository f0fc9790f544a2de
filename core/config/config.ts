import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { findingTypes } from "../model/finding.ts";

const port = z.int().min(0).max(65_535);
const mebibytes = (value: number) => value * 1024 * 1024;
const days = z.int().min(1).max(3650);
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 lower-case hex digits");
const tenantName = z.string().regex(/^[a-z0-9_-]{1,64}$/, "expected 1 to 64 of a-z 0-9 _ -");

/** A repository that proposals may be written to, and what runs from it. */
export const Repository = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/)
    .describe("Short name used in proposals"),
  path: z.string().describe("Folder of the local git repository"),
  url: z.string().default("").describe("How change events name this repository"),
  services: z.array(z.string()).default([]).describe("service.name values deployed from it"),
  defaultBranch: z.string().default("").describe("Empty: what HEAD names when first seen"),
  guardrail: z
    .strictObject({
      settingsFile: z.string().default(".claude/settings.json"),
      adviceFile: z.string().default("").describe("Empty: CLAUDE.md, else AGENTS.md, if present"),
    })
    .prefault({}),
  threatModel: z.strictObject({ file: z.string().default("threat-model/otm.yaml") }).prefault({}),
});

/** Price of one model in US dollars per million tokens. */
export const ModelPrice = z.strictObject({
  input: z.number().min(0),
  output: z.number().min(0),
  cacheRead: z.number().min(0).optional(),
  cacheWrite: z.number().min(0).optional(),
});

export const ApiKey = z.strictObject({
  name: z.string().min(1),
  sha256: sha256Hex.describe("SHA-256 of the key; make one with `telltale doctor --new-key`"),
  tenant: tenantName.default("default"),
  scopes: z.array(z.enum(["ingest", "read", "approve", "admin"])).min(1),
});

const Otlp = z.strictObject({
  httpPort: port.default(4318),
  grpcPort: port.default(4317),
  maxBodyBytes: z
    .int()
    .min(1024)
    .default(mebibytes(64))
    .describe("Limit of a body, before and after decompression"),
  maxInFlightBytes: z
    .int()
    .min(1024)
    .default(mebibytes(256))
    .describe("Decompressed bytes being handled at once, in all; beyond it 503"),
  maxPastDays: z.number().min(0).default(31).describe("Older records are time_out_of_range"),
  maxFutureMinutes: z.number().min(0).default(10),
});

const Queue = z.strictObject({
  maxBytes: z.int().min(mebibytes(1)).default(mebibytes(1024)).describe("Limit of the queue file"),
  replayMinutes: z.number().min(0).default(10),
  batchMaxRecords: z.int().min(1).default(8192),
  batchMaxBytes: z.int().min(1024).default(mebibytes(8)).describe("Queued bytes per batch"),
});

const Store = z.strictObject({
  maxMemoryBytes: z.int().min(mebibytes(128)).default(mebibytes(512)),
  maxDiskBytes: z
    .int()
    .min(mebibytes(64))
    .default(mebibytes(20 * 1024))
    .describe("Beyond it the oldest raw partitions are dropped, counted and shown"),
  retention: z
    .strictObject({
      rawDays: days.default(35),
      windowDays: days.default(35),
      hourlyDays: days.default(400),
      findingDays: days.default(400),
    })
    .prefault({}),
});

const Analyzer = z.strictObject({
  disabledDetectors: z.array(z.string()).default([]),
  disabledTypes: z.array(z.enum(findingTypes)).default([]),
  allowedHosts: z
    .array(z.string())
    .default([])
    .describe("Hosts that data may be sent to; *.example.com covers subdomains"),
  prices: z.record(z.string(), ModelPrice).default({}).describe("Adds to the built-in table"),
  traceQuietSeconds: z.number().min(0).default(10),
  traceMaxOpenSeconds: z.number().min(1).default(300),
  watermarkSeconds: z.number().min(0).default(120),
  streamIdleSeconds: z.number().min(0).default(10),
  checkpointMinutes: z.number().min(0.1).default(10),
});

const Feedback = z.strictObject({
  enabled: z.boolean().default(true).describe("The kill switch of everything that files"),
  repositories: z.array(Repository).default([]),
  fileBackfilled: z
    .boolean()
    .default(false)
    .describe("Also file proposals whose onset lies more than 48 h before arrival"),
  minSessions: z.int().min(1).default(2).describe("Gate: sessions with the finding"),
  minConfidence: z.number().min(0).max(1).default(0.4).describe("Gate: top attribution"),
  maxBenignBlockRate: z.number().min(0).max(1).default(0.01),
  maxOpenProposals: z.int().min(1).default(5).describe("Filed and undecided, per repository"),
  verification: z
    .strictObject({
      alpha: z.number().gt(0).lt(0.5).default(0.05),
      baselineWeeks: z.int().min(1).max(8).default(2),
      maxDays: z.int().min(1).default(14).describe("Then the verdict is inconclusive"),
    })
    .prefault({}),
});

/** Everything a user can set. Keys are camelCase; each has a default. */
export const Config = z.strictObject({
  host: z.string().default("127.0.0.1").describe("The address every port binds to"),
  allowedHosts: z.array(z.string()).default([]).describe("Further Host names that are answered"),
  allowedOrigins: z.array(z.string()).default([]).describe("Further browser origins"),
  dataDir: z.string().default(".telltale").describe("Everything Telltale keeps is below it"),
  keyFile: z.string().default("").describe("Queue key; empty: in the user's config folder"),
  logLevel: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
  otlp: Otlp.prefault({}),
  api: z.strictObject({ port: port.default(7070) }).prefault({}),
  auth: z
    .strictObject({ apiKeys: z.array(ApiKey).default([]) })
    .prefault({})
    .describe("With keys set every port asks for one (Authorization: Bearer or X-API-Key)"),
  queue: Queue.prefault({}),
  store: Store.prefault({}),
  analyzer: Analyzer.prefault({}),
  feedback: Feedback.prefault({}),
});

export type Config = z.infer<typeof Config>;
export type Repository = z.infer<typeof Repository>;
export type ModelPrice = z.infer<typeof ModelPrice>;
export type ApiKey = z.infer<typeof ApiKey>;

/** Folder of the user's configuration, after the XDG base directory specification. */
export function userConfigDir(env: NodeJS.ProcessEnv): string {
  return env["XDG_CONFIG_HOME"] || join(homedir(), ".config");
}
