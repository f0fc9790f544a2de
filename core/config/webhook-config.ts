import { z } from "zod";
import { TenantName } from "./auth-config.ts";

/** A secret shared with a forge. What it signs belongs to its tenant, whatever the body says. */
export const WebhookSecret = z
  .strictObject({
    secret: z
      .string()
      .refine((text) => text === "" || text.length >= 12, "expected at least 12 characters")
      .default("")
      .describe("As typed into the forge (GitLab: a secret token, or a `whsec_` signing token)"),
    secretEnv: z
      .string()
      .regex(/^([A-Za-z_][A-Za-z0-9_]*)?$/, "expected the name of an environment variable")
      .default("")
      .describe("Or the environment variable that holds it"),
    tenant: TenantName.default("default").describe("Whose changes it announces"),
    repositories: z
      .array(z.string())
      .default([])
      .describe("Full names such as `acme/shop` that it may speak for; empty: any"),
    services: z
      .record(z.string(), z.string())
      .default({})
      .describe("Full name of a repository to the service.name that is deployed from it"),
    releases: z
      .enum(["deployment", "ignore"])
      .default("deployment")
      .describe("What a published release is recorded as"),
    releaseEnvironment: z
      .string()
      .default("")
      .describe("Environment that a release is deployed to; empty: none is named"),
  })
  .refine(({ secret, secretEnv }) => (secret === "") !== (secretEnv === ""), {
    error: "expected either secret or secretEnv",
  });

const Secrets = z.array(WebhookSecret).default([]);

/** Forges that announce changes by webhook. */
export const Webhooks = z.strictObject({
  github: Secrets.describe("See below; several while a secret is rotated"),
  gitlab: Secrets.describe("See below"),
  gitea: Secrets.describe("See below; Forgejo too"),
  maxBodyBytes: z
    .int()
    .min(1024)
    .default(25 * 1024 * 1024)
    .describe("Limit of a payload; GitHub sends at most 25 MB"),
});

/** The git-ai notes backend. */
export const Notes = z.strictObject({
  maxBytes: z
    .int()
    .min(1024 * 1024)
    .default(1024 * 1024 * 1024)
    .describe("Notes kept in all; beyond it uploads get 503"),
  retentionDays: z.int().min(1).max(3650).default(400).describe("Notes are kept so long"),
});

export type WebhookSecret = z.infer<typeof WebhookSecret>;
export type Webhooks = z.infer<typeof Webhooks>;
