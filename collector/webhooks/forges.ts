import { gitea } from "./gitea.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import type { WebhookForge } from "./webhook-forge.ts";

/** Forges whose webhooks are taken, each at `/v1/webhooks/<name>`. */
export const webhookForges: readonly WebhookForge[] = [github, gitlab, gitea];
