import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { handleErrors } from "../../core/http/handle-errors.ts";
import { HttpError } from "../../core/http/http-error.ts";
import { renderProblem } from "../../core/http/render-problem.ts";
import { httpBody } from "../body-form.ts";
import { type ChangesAnswer, queueChanges } from "../changes/queue-changes.ts";
import { type Fields, isFields } from "../changes/read-fields.ts";
import { mediaType } from "../media-type.ts";
import { parseJson } from "../parse-json.ts";
import { receiveBody } from "../receive-body.ts";
import { RefusedUpload } from "../refused-upload.ts";
import { requireQuota } from "../require-quota.ts";
import { acceptUploads, type UploadDependencies } from "../take-upload.ts";
import { webhookForges } from "./forges.ts";
import { nameOfEvent, readDelivery } from "./read-delivery.ts";
import { headerOf, type WebhookForge } from "./webhook-forge.ts";
import {
  eventContext,
  type ForgeSecret,
  type ForgeSecrets,
  maySpeakFor,
} from "./webhook-secrets.ts";

export interface WebhookDependencies extends UploadDependencies {
  readonly secrets: ForgeSecrets;
}

interface WebhookAnswer {
  readonly status: 200 | 202;
  readonly outcome: "accepted" | "ignored" | "duplicate" | "ping";
  readonly body: object;
}

/**
 * `POST /v1/webhooks/{github,gitlab,gitea}`: changes as the forges announce them; 202 once they
 * are durable. Who may post is decided by the signature alone, and so is the tenant.
 */
export function webhookRoutes(dependencies: WebhookDependencies) {
  return async (instance: FastifyInstance): Promise<void> => {
    handleErrors(instance, renderProblem, dependencies.logger);
    acceptUploads(instance, dependencies, () => "changes");
    for (const forge of webhookForges) {
      const url = `/v1/webhooks/${forge.name}`;
      instance.post(url, { config: { permission: "signature" } }, async (request, reply) => {
        const { status, body } = await counted(dependencies, forge, () =>
          receive(dependencies, forge, request),
        );
        return reply.code(status).send(body);
      });
      instance.route({
        method: ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"],
        url,
        config: { permission: "public" },
        handler: async (request) => {
          throw new HttpError("method_not_allowed", `expected POST, got ${request.method}`, {
            headers: { allow: "POST" },
          });
        },
      });
    }
  };
}

async function counted(
  { metrics }: WebhookDependencies,
  forge: WebhookForge,
  receiveIt: () => Promise<WebhookAnswer>,
): Promise<WebhookAnswer> {
  let outcome: WebhookAnswer["outcome"] | "refused" = "refused";
  try {
    const answer = await receiveIt();
    outcome = answer.outcome;
    return answer;
  } finally {
    metrics.count("telltale.webhooks.deliveries", 1, { forge: forge.name, outcome });
  }
}

async function receive(
  dependencies: WebhookDependencies,
  forge: WebhookForge,
  request: FastifyRequest,
): Promise<WebhookAnswer> {
  const { config, budget, secrets, queue } = dependencies;
  const lease = budget.lease();
  const stream = request.body instanceof Readable ? request.body : null;
  try {
    requireSignature(forge, secrets[forge.name], request);
    const limits = { maxBytes: config.webhooks.maxBodyBytes, lease };
    const { received } = await receiveBody({ headers: request.headers, stream }, httpBody, limits);
    const secret = authenticate(dependencies, forge, request, received);
    requireQuota(dependencies, secret.tenant, "changes");
    dependencies.quota.charge(secret.tenant, received.length, 0);
    try {
      return await take(dependencies, forge, { request, secret, body: received });
    } catch (error) {
      if (error instanceof RefusedUpload) {
        queue.countRefused(secret.tenant, "changes", error.reason);
      }
      throw error;
    }
  } finally {
    stream?.resume();
    lease.release();
  }
}

/** Refuses before the body is read what no body could make right. */
function requireSignature(
  { name, signatureHeaders }: WebhookForge,
  secrets: readonly ForgeSecret[],
  { headers }: FastifyRequest,
): void {
  if (secrets.length === 0) {
    throw new HttpError(
      "forbidden",
      `webhooks of ${name} are not set up: set webhooks.${name} ` +
        `(TELLTALE_WEBHOOKS_${name.toUpperCase()}) to the secret that the forge signs with`,
    );
  }
  if (signatureHeaders.every((header) => headerOf(headers, header) === "")) {
    throw new HttpError(
      "unauthenticated",
      `expected a signature in ${signatureHeaders.join(" or ")}, got none; ` +
        "set the same secret in the forge and in Telltale",
    );
  }
}

/** The secret the delivery was signed with. Every one is tried, so time does not tell which. */
function authenticate(
  { secrets, clock }: WebhookDependencies,
  forge: WebhookForge,
  { headers }: FastifyRequest,
  body: Uint8Array,
): ForgeSecret {
  const delivery = { headers, body, nowUnixMs: clock.now() };
  const [secret] = secrets[forge.name].filter((each) => forge.verify(delivery, each.secret));
  if (secret === undefined) {
    throw new HttpError(
      "unauthenticated",
      "expected a fresh signature with a secret that is known, got another",
    );
  }
  return secret;
}

interface SignedBody {
  readonly request: FastifyRequest;
  readonly secret: ForgeSecret;
  readonly body: Uint8Array;
}

async function take(
  dependencies: WebhookDependencies,
  forge: WebhookForge,
  { request, secret, body }: SignedBody,
): Promise<WebhookAnswer> {
  const { config, clock, queue } = dependencies;
  const { tenant } = secret;
  const payload = parsePayload(request.headers["content-type"], body);
  const event = forge.eventOf(request.headers, payload);
  if (event === "ping") {
    return { status: 200, outcome: "ping", body: { accepted: 0, ignored: "ping" } };
  }
  const repository = forge.repositoryOf(payload);
  if (!maySpeakFor(secret, repository)) {
    throw new HttpError("forbidden", "this secret may not speak for the repository it names");
  }
  const now = clock.now();
  const context = eventContext(secret, repository, config);
  const read = readDelivery({ forge, event, payload, context, tenant }, now, config);
  if (read.ignored > 0) {
    queue.countRefused(tenant, "changes", "ignored");
    const ignored = nameOfEvent(event, payload);
    return { status: 202, outcome: "ignored", body: { accepted: 0, ignored } };
  }
  const dedupDigest = digestOf(forge, body);
  const delivery = { ...read, tenant, receivedAtUnixMs: now, dedupDigest };
  const answer: ChangesAnswer = await queueChanges(dependencies, delivery);
  return { status: 202, outcome: answer.duplicate ? "duplicate" : "accepted", body: answer };
}

/** JSON, or a form with the JSON in its field `payload`. */
function parsePayload(contentType: string | undefined, body: Uint8Array): Fields {
  const type = mediaType(contentType);
  if (type !== "application/json" && type !== "application/x-www-form-urlencoded") {
    throw new RefusedUpload(
      "unsupported_media_type",
      "expected Content-Type application/json or application/x-www-form-urlencoded, " +
        `got ${type.slice(0, 80) || "none"}`,
    );
  }
  const payload = parseJson(type === "application/json" ? body : payloadField(body));
  if (!isFields(payload)) {
    throw new RefusedUpload("undecodable", "expected a JSON object as payload, got another value");
  }
  return payload;
}

function payloadField(form: Uint8Array): Uint8Array {
  const fields = new URLSearchParams(Buffer.from(form).toString("utf8"));
  return Buffer.from(fields.get("payload") ?? "");
}

/**
 * What makes a delivery known again. Of GitHub and Gitea only the body is signed: a replay may
 * have another id and another event in its headers, but no other body.
 */
function digestOf(forge: WebhookForge, body: Uint8Array): string {
  return createHash("sha256").update(`webhook/${forge.name}\0`).update(body).digest("hex");
}
