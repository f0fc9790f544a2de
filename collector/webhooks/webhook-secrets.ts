import type { Config } from "../../core/config/config.ts";
import { ConfigError } from "../../core/config/load-config.ts";
import type { WebhookSecret } from "../../core/config/webhook-config.ts";
import { canonicalRepository } from "../changes/canonical-repository.ts";
import type { EventContext, ForgeName, ForgeRepository } from "./webhook-forge.ts";

/** A secret with its text, and what it may be used for. */
export type ForgeSecret = Omit<WebhookSecret, "secretEnv">;

export type ForgeSecrets = Readonly<Record<ForgeName, readonly ForgeSecret[]>>;

/** @throws ConfigError naming every variable that `secretEnv` names and nobody has set. */
export function readWebhookSecrets(
  { webhooks }: Pick<Config, "webhooks">,
  env: NodeJS.ProcessEnv,
): ForgeSecrets {
  const problems: string[] = [];
  const secrets = {
    github: readSecrets("github", webhooks.github, env, problems),
    gitlab: readSecrets("gitlab", webhooks.gitlab, env, problems),
    gitea: readSecrets("gitea", webhooks.gitea, env, problems),
  };
  if (problems.length > 0) {
    throw new ConfigError(problems);
  }
  return secrets;
}

function readSecrets(
  forge: ForgeName,
  entries: readonly WebhookSecret[],
  env: NodeJS.ProcessEnv,
  problems: string[],
): ForgeSecret[] {
  return entries.map(({ secretEnv, ...entry }, index) => {
    const secret = secretEnv === "" ? entry.secret : (env[secretEnv] ?? "");
    if (secret === "") {
      problems.push(`webhooks.${forge}.${index}.secretEnv: ${secretEnv} is not set`);
    }
    return { ...entry, secret };
  });
}

/** Whether the secret may speak for the repository. */
export function maySpeakFor(secret: ForgeSecret, repository: ForgeRepository): boolean {
  const { repositories } = secret;
  return repositories.length === 0 || repositories.includes(repository.fullName);
}

/**
 * What is deployed from a repository: the entry of `services`, else the one service that
 * `feedback.repositories` names for it, else the name of the repository.
 */
export function eventContext(
  { services, releases, releaseEnvironment }: ForgeSecret,
  repository: ForgeRepository,
  { feedback }: Pick<Config, "feedback">,
): EventContext {
  const { fullName, url } = repository;
  const mapped = Object.hasOwn(services, fullName) ? services[fullName] : undefined;
  const canonical = canonicalRepository(url);
  const known = feedback.repositories
    .filter((each) => each.url !== "" && canonicalRepository(each.url) === canonical)
    .flatMap((each) => each.services);
  const service = mapped ?? (known.length === 1 ? known[0] : undefined);
  return {
    repository,
    service: service ?? fullName.split("/").at(-1) ?? "",
    releases,
    releaseEnvironment,
  };
}
