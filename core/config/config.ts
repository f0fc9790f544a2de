import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { findingTypes } from "../model/finding.ts";
import { Attestations } from "./attestation-config.ts";
import { Auth, Tls } from "./auth-config.ts";
import { ClickHouse } from "./clickhouse-config.ts";
import { Guard } from "./guard-config.ts";
import { Kafka } from "./kafka-config.ts";
import { Otlp } from "./otlp-config.ts";
import { OutsideDetector } from "./outside-config.ts";
import { Quotas } from "./quota-config.ts";
import { Retention } from "./retention-config.ts";
import { Notes, Webhooks } from "./webhook-config.ts";

const port = z.int().min(0).max(65_535);

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

const Queue = z.strictObject({
  maxBytes: z.int().min(mebibytes(1)).default(mebibytes(1024)).describe("Limit of the queue file"),
  replayMinutes: z
    .number()
    .min(0)
    .default(10)
    .describe("Stored batches kept, to be stored again after a power loss"),
  batchMaxRecords: z.int().min(1).default(8192).describe("Records per batch"),
  batchMaxBytes: z.int().min(1024).default(mebibytes(8)).describe("Queued bytes per batch"),
  kafka: Kafka.prefault({}),
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
  retention: Retention.prefault({}),
  clickhouse: ClickHouse.prefault({}),
});

const Analyzer = z.strictObject({
  disabledDetectors: z.array(z.string()).default([]).describe("Ids of detectors to leave out"),
  disabledTypes: z.array(z.enum(findingTypes)).default([]).describe("Finding types to leave out"),
  allowedHosts: z
    .array(z.string())
    .default([])
    .describe("Hosts that data may be sent to; *.example.com covers subdomains"),
  ruleFiles: z
    .array(z.string())
    .default([])
    .describe("Files or folders with rules of your own; read again when they change"),
  packageLists: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      "Files that list every package of a registry, by ecosystem (npm, pypi, …); a name that is not listed is a finding",
    ),
  outsideDetectors: z
    .array(OutsideDetector)
    .default([])
    .describe("See below; models of your own that are asked about masked contents"),
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
  maxSeriesValues: z
    .int()
    .min(1)
    .max(10_000)
    .default(1000)
    .describe("Services, models, tools … of one tenant that are told apart; others are `other`"),
  checkpointMinutes: z.number().min(0.1).default(10).describe("Between two saves of series state"),
  sampling: z
    .record(z.string(), z.number().gt(0).max(1))
    .default({})
    .describe("Share of spans kept, by service.name, where telemetry does not say it itself"),
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

const Health = z.strictObject({
  minFreeDiskBytes: z
    .int()
    .min(0)
    .default(mebibytes(256))
    .describe("Not ready while the disk of the data folder has less room"),
  storeSeconds: z
    .number()
    .gt(0)
    .default(4)
    .describe("Not ready while the store has not finished a write for so long"),
  stuckSeconds: z
    .number()
    .gt(0)
    .default(60)
    .describe("Not ready while records wait and none was stored for so long"),
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
  auth: Auth.prefault({}).describe("With any of it set, every port asks who is calling"),
  tls: Tls.prefault({}).describe("Transport security of every port"),
  quotas: Quotas.prefault({}).describe("How fast each tenant may send"),
  webhooks: Webhooks.prefault({}),
  notes: Notes.prefault({}),
  attestations: Attestations.prefault({}),
  queue: Queue.prefault({}),
  store: Store.prefault({}),
  analyzer: Analyzer.prefault({}),
  guard: Guard.prefault({}),
  feedback: Feedback.prefault({}),
  health: Health.prefault({}),
});

export type Config = z.infer<typeof Config>;
export type Repository = z.infer<typeof Repository>;
export type ModelPrice = z.infer<typeof ModelPrice>;

/** Folder of the user's configuration, after the XDG base directory specification. */
export function userConfigDir(env: NodeJS.ProcessEnv): string {
  return env["XDG_CONFIG_HOME"] || join(homedir(), ".config");
}
