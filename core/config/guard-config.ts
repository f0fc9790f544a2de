import { z } from "zod";
import { findingTypes } from "../model/finding.ts";

/** What an agent is told to do with a content, from mildest to strictest. */
export const guardActions = ["allow", "warn", "redact", "block"] as const;

export type GuardAction = (typeof guardActions)[number];

/** What an agent is told when a content could not be checked. */
export const guardFailureModes = ["open", "closed"] as const;

/** Real-time checks: `POST /api/v1/guard` and `telltale guard`. */
export const Guard = z.strictObject({
  onFailure: z
    .enum(guardFailureModes)
    .default("open")
    .describe("Content that could not be checked is let through (`open`) or blocked (`closed`)"),
  maxBodyBytes: z
    .int()
    .min(16 * 1024)
    .default(1024 * 1024)
    .describe("Limit of a request of the guard"),
  actions: z
    .partialRecord(z.enum(findingTypes), z.enum(guardActions))
    .default({})
    .describe("Strictest action by finding type, such as `{prompt_injection.direct: warn}`"),
});

export type Guard = z.infer<typeof Guard>;
