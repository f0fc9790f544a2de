import { createHmac } from "node:crypto";
import type { ForgeName } from "../../collector/webhooks/webhook-forge.ts";

/** Long enough for the configuration; GitLab's signing token is base64 after its prefix. */
export const webhookSecrets = {
  github: "github-secret-1",
  gitlab: "gitlab-secret-1",
  gitea: "gitea-secret-12",
} as const satisfies Record<ForgeName, string>;

/** Headers of a delivery as the forge sends it. */
export function signWebhook(
  forge: ForgeName,
  event: string,
  body: Uint8Array | string,
  secret: string = webhookSecrets[forge],
): Record<string, string> {
  const mac = createHmac("sha256", secret).update(body).digest("hex");
  return { "content-type": "application/json", ...headersOf[forge]({ event, mac, secret }) };
}

interface Signed {
  readonly event: string;
  readonly mac: string;
  readonly secret: string;
}

const headersOf: Record<ForgeName, (signed: Signed) => Record<string, string>> = {
  github: ({ event, mac }) => ({
    "x-github-event": event,
    "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    "x-hub-signature-256": `sha256=${mac}`,
  }),
  gitlab: ({ event, secret }) => ({ "x-gitlab-event": event, "x-gitlab-token": secret }),
  gitea: ({ event, mac }) => ({
    "x-gitea-event": event,
    "x-gitea-delivery": "f6266f16-1bf3-46a5-9ea4-602e06ead473",
    "x-gitea-signature": mac,
  }),
};
