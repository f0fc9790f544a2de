import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { findingTypes } from "../model/finding.ts";

const port = z.int().min(0).max(65_535);
const days = z.int().min(1).max(3650);
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 lower-case hex digits");
const tenantName = z.string().regex(/^[a-z0-9_-]{1,64}$/, "expected 1 to 64 of a-z 0-9 _ -");

function mebibytes(value: number): number {
  return value * 1024 * 1024;
}

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
      settingsFile: z.string().default(".claude/settings.json").describe("Permission rules"),
      adviceFile: z.string().default("").describe("Empty: CLAUDE.md, else AGENTS.md, if present"),
    })
    .prefault({}),
  threatModel: z
    .strictObject({
      file: z.string().default("threat-model/otm.yaml").describe("Open Threat Model"),
    })
    .prefault({}),
});

/** Price of one model in US dollars per million tokens. */
export const ModelPrice = z.strictObject({
  input: z.number().min(0),
  output: z.number().min(0),
  cacheRead: z.number().min(0).optional(),
  cacheWrite: z.number().min(0).optional(),
});

export const ApiKey = z.strictObject({
  name: z.string().min(1).describe("Who it is, in the audit log"),
  sha256: sha256Hex.describe("SHA-256 of the key; make one with `telltale doctor --new-key`"),
  tenant: tenantName.default("default").describe("Whose data it sees and sends"),
  scopes: z
    .array(z.enum(["ingest", "read", "approve", "admin"]))
    .min(1)
    .describe("Some of `ingest`, `read`, `approve`, `admin`"),
});

const Otlp = z.strictObject({
  httpPort: port.default(4318).describe("OTLP/HTTP and change events; 0 picks a free port"),
  grpcPort: port.default(4317).describe("OTLP/gRPC; not served yet"),
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
  maxFutureMinutes: z.number().min(0).default(10).describe("Records further ahead are refused"),
});

const Queue = z.strictObject({
  maxBytes: z.int().min(mebibytes(1)).default(mebibytes(1024)).describe("Limit of the queue file"),
  replayMinutes: z
    .number()
    .min(0)
    .default(10)
    .describe("Stored batches kept, to be stored again after a power loss"),
  batchMaxRecords: z.int().min(1).default(8192).describe("Records per batch"),
  batchMaxBytes: z.int().min(1024).default(mebibytes(8)).describe("Queued bytes per batch"),
});

const Store = z.strictObject({
  maxMemoryBytes: z
    .int()
    .min(mebibytes(128))
    .default(mebibytes(512))
    .describe("Memory of one query"),
  maxDiskBytes: z
    .int()
    .min(mebibytes(64))
    .default(mebibytes(20 * 1024))
    .describe("Beyond it the oldest raw partitions are dropped, counted and shown"),
  retention: z
    .strictObject({
      rawDays: days.default(35).describe("Spans, logs and metrics"),
      windowDays: days.default(35).describe("Series by the minute"),
      hourlyDays: days.default(400).describe("Series by the hour"),
      findingDays: days.default(400).describe("Detections, findings and changes"),
    })
    .prefault({}),
});

const Analyzer = z.strictObject({
  disabledDetectors: z.array(z.string()).default([]).describe("Ids of detectors to leave out"),
  disabledTypes: z.array(z.enum(findingTypes)).default([]).describe("Finding types to leave out"),
  allowedHosts: z
    .array(z.string())
    .default([])
    .describe("Hosts that data may be sent to; *.example.com covers subdomains"),
  prices: z.record(z.string(), ModelPrice).default({}).describe("Adds to the built-in table"),
  traceQuietSeconds: z
    .number()
    .min(0)
    .default(10)
    .describe("A trace without new spans for so long is inspected"),
  traceMaxOpenSeconds: z.number().min(1).default(300).describe("Or one that is open for so long"),
  watermarkSeconds: z
    .number()
    .min(0)
    .default(120)
    .describe("How late records may be and still count in their window"),
  streamIdleSeconds: z
    .number()
    .min(0)
    .default(10)
    .describe("Silence after which the windows of a service close"),
  checkpointMinutes: z.number().min(0.1).default(10).describe("Between two saves of series state"),
});

const Feedback = z.strictObject({
  enabled: z.boolean().default(true).describe("The kill switch of everything that files"),
  repositories: z.array(Repository).default([]).describe("See below; where proposals are filed"),
  fileBackfilled: z
    .boolean()
    .default(false)
    .describe("Also file proposals whose onset lies more than 48 h before arrival"),
  minSessions: z.int().min(1).default(2).describe("Gate: sessions with the finding"),
  minConfidence: z.number().min(0).max(1).default(0.4).describe("Gate: top attribution"),
  maxBenignBlockRate: z
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe("Gate: share of other calls that a rule may stop in its back-test"),
  maxOpenProposals: z.int().min(1).default(5).describe("Filed and undecided, per repository"),
  verification: z
    .strictObject({
      alpha: z
        .number()
        .gt(0)
        .lt(0.5)
        .default(0.05)
        .describe("A verdict falls at an e-value of 1/alpha"),
      baselineWeeks: z.int().min(1).max(8).default(2).describe("Weeks before that are compared"),
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
  logLevel: z
    .enum(["trace", "debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("Least severe line of the log"),
  otlp: Otlp.prefault({}),
  api: z
    .strictObject({ port: port.default(7070).describe("API and console; 0 picks a free port") })
    .prefault({}),
  auth: z
    .strictObject({
      apiKeys: z.array(ApiKey).default([]).describe("See below; empty: loopback only"),
    })
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
