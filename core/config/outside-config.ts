import { z } from "zod";
import { findingTypes, severities } from "../model/finding.ts";
import { SecureUrl } from "./auth-config.ts";

/** A detector of the operator's own that is asked over HTTP, after storing and never before. */
export const OutsideDetector = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "expected 1 to 32 of a-z 0-9 -")
    .describe("Shown as detector `outside:<id>`"),
  url: SecureUrl.describe("Where masked contents are sent; https, or http on loopback"),
  tokenEnv: z
    .string()
    .regex(/^([A-Za-z_][A-Za-z0-9_]*)?$/, "expected the name of an environment variable")
    .default("")
    .describe("Environment variable with a bearer token for it"),
  types: z
    .array(z.enum(findingTypes))
    .min(1)
    .describe("Finding types it may report; others are refused"),
  directions: z
    .array(z.enum(["input", "output", "tool_call", "tool_result", "retrieved"]))
    .min(1)
    .default(["input", "output", "tool_result", "retrieved"])
    .describe("Contents it is asked about"),
  severity: z.enum(severities).default("medium").describe("Of what it reports"),
  observeFrom: z.number().min(0).max(1).default(0.5).describe("Lower scores are ignored"),
  findingFrom: z.number().min(0).max(1).default(0.9).describe("A finding by itself from here"),
  timeoutMs: z.int().min(10).max(60_000).default(2000).describe("Then the answer is given up"),
  maxWaiting: z
    .int()
    .min(1)
    .max(10_000)
    .default(256)
    .describe("Records that wait for it; further ones are left out and counted"),
  parallel: z.int().min(1).max(64).default(4).describe("Requests at once"),
});

export type OutsideDetector = z.infer<typeof OutsideDetector>;
