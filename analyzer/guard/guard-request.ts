import { z } from "zod";
import { guardActions } from "../../core/config/guard-config.ts";
import { findingTypes } from "../../core/model/finding.ts";

/** The ways a content can go that are judged before it goes on. */
export const guardDirections = [
  "input",
  "output",
  "tool_call",
  "tool_result",
  "retrieved",
] as const;

const name = z.string().max(1024).optional();

/** Body of `POST /api/v1/guard`. */
export const GuardRequest = z.object({
  direction: z.enum(guardDirections),
  content: z.string().describe("Text; of a tool call its arguments as JSON, or the command"),
  context: z
    .object({
      service: name.describe("service.name; without one every approved guardrail applies"),
      agent: name,
      tool: name.describe("Tool that is called or that answered"),
      session: name,
      conversation: name,
      workingFolder: name.describe("Of the agent; paths below it are relative to rules"),
      homeFolder: name.describe("Of the agent's user; paths below it are `~/…` to rules"),
    })
    .default({}),
});

export const GuardAnswer = z.object({
  action: z.enum(guardActions),
  redacted: z.string().optional().describe("With `redact`: the content with its secrets masked"),
  reasons: z.array(
    z.object({
      detector: z.string().describe("`guardrail` for an approved guardrail, `guard` for a failure"),
      guardrail: z.string().optional().describe("Id of the proposal that was approved"),
      score: z.number().min(0).max(1),
      type: z.enum(findingTypes).optional(),
      rule: z.string().optional(),
    }),
  ),
});

export type GuardRequest = z.infer<typeof GuardRequest>;
export type GuardAnswer = z.infer<typeof GuardAnswer>;
export type GuardReason = GuardAnswer["reasons"][number];
