import { z } from "zod";
import { findingTypes, severities } from "../../core/model/finding.ts";

export const ruleDirections = [
  "input",
  "output",
  "tool_call",
  "tool_result",
  "retrieved",
  "system",
  "tool_definition",
] as const;

/** Bounds of what one installation may have; each keeps loading and matching cheap. */
export const ruleBounds = {
  rules: 1000,
  fileBytes: 4 * 1024 * 1024,
  patternLength: 2000,
  /** Instructions of the compiled automaton: time per character is linear in them. */
  programSize: 20_000,
  window: 8192,
} as const;

const keyword = z
  .string()
  .min(2)
  .max(64)
  .regex(/^[\x20-\x7e]+$/, "expected ASCII without control characters");
const pattern = z.string().min(1).max(ruleBounds.patternLength);
const examples = z.array(z.string().max(10_000)).max(50).default([]);

/** One rule as its author writes it. */
export const UserRule = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "expected 1 to 64 of a-z 0-9 . _ -, such as acme-token"),
  description: z.string().max(1000).default(""),
  type: z.enum(findingTypes),
  severity: z.enum(severities).default("medium"),
  strength: z.enum(["strong", "weak"]).default("strong"),
  keywords: z
    .array(keyword)
    .min(1, "expected at least one word that stands near each match")
    .max(32),
  pattern,
  group: z.int().min(0).max(50).optional(),
  entropy: z.number().min(0).max(8).default(0),
  window: z.int().min(16).max(ruleBounds.window).default(1024),
  directions: z.array(z.enum(ruleDirections)).min(1).optional(),
  mask: z.boolean().optional(),
  allow: z
    .strictObject({
      patterns: z.array(pattern).max(100).default([]),
      words: z.array(z.string().min(1).max(200)).max(2000).default([]),
    })
    .prefault({}),
  mustMatch: examples,
  mustPass: examples,
  origin: z.enum(["own", "gitleaks"]).default("own"),
});

export const RuleFile = z.strictObject({ rules: z.array(UserRule).max(ruleBounds.rules) });

export type UserRule = z.infer<typeof UserRule>;
