import type { FastifyInstance, FastifyRequest } from "fastify";
import { principalOf } from "../../core/auth/principal.ts";
import { handleErrors } from "../../core/http/handle-errors.ts";
import { HttpError } from "../../core/http/http-error.ts";
import { renderProblem } from "../../core/http/render-problem.ts";
import type { NewQueueRecord } from "../../core/queue/queue.ts";
import { mediaType } from "../media-type.ts";
import { RefusedUpload } from "../refused-upload.ts";
import {
  acceptUploads,
  appendDurably,
  takeUpload,
  type UploadDependencies,
} from "../take-upload.ts";
import { claimName, claimOf, partByClaims } from "./claim-ids.ts";
import {
  type AcceptedItem,
  type ChangeForm,
  changeMediaTypes,
  type RejectedItem,
  readChanges,
} from "./read-changes.ts";

const url = "/v1/changes";

interface ChangesAnswer {
  readonly accepted: number;
  readonly rejected: readonly RejectedItem[];
}

/** `POST /v1/changes`: change events, native or as CloudEvents; 202 once they are durable. */
export function changeRoutes(dependencies: UploadDependencies) {
  return async (instance: FastifyInstance): Promise<void> => {
    handleErrors(instance, renderProblem, dependencies.logger);
    acceptUploads(instance, dependencies, () => "changes");
    instance.post(url, { config: { permission: "ingest" } }, async (request, reply) => {
      const answer = await receive(dependencies, request);
      return reply.code(202).send(answer);
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
  };
}

async function receive(
  dependencies: UploadDependencies,
  request: FastifyRequest,
): Promise<ChangesAnswer> {
  const { clock, config } = dependencies;
  return takeUpload(dependencies, request, "changes", async (readBody) => {
    const { headers } = request;
    const form = readForm(headers["content-type"]);
    const body = parseJson((await readBody()).decompressed);
    const { tenant } = principalOf(request);
    const now = clock.now();
    const { accepted, rejected } = readChanges({ form, headers, body }, tenant, now, config);
    return queueChanges(dependencies, { tenant, receivedAtUnixMs: now, accepted, rejected });
  });
}

function readForm(contentType: string | undefined): ChangeForm {
  const type = mediaType(contentType);
  const form = Object.entries(changeMediaTypes).find(([known]) => known === type)?.[1];
  if (form === undefined) {
    throw new RefusedUpload(
      "unsupported_media_type",
      `expected Content-Type ${Object.keys(changeMediaTypes).join(", ")}, got ${type.slice(0, 80) || "none"}`,
    );
  }
  return form;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    // The parser's own message quotes the body, which may hold a secret.
    throw new RefusedUpload("undecodable", "expected JSON in UTF-8, got something else", error);
  }
}

interface Delivery {
  readonly tenant: string;
  readonly receivedAtUnixMs: number;
  readonly accepted: readonly AcceptedItem[];
  readonly rejected: readonly RejectedItem[];
}

/** Rounds in which owners of one id may be tried; then all its items of the request are taken. */
const maxClaimRounds = 8;

/**
 * Queues the accepted changes with claims on their ids. The queue refuses an append whole when
 * another owner has one of the ids; the rest is then appended without the refused claims.
 */
async function queueChanges(
  dependencies: UploadDependencies,
  delivery: Delivery,
): Promise<ChangesAnswer> {
  const refuted = new Set<string>();
  for (let round = 1; ; round += 1) {
    const { kept, taken } = partByClaims(delivery.accepted, refuted);
    const rejected = [...delivery.rejected, ...taken].toSorted((a, b) => a.index - b.index);
    const answer = { accepted: kept.length, rejected };
    if (kept.length + rejected.length === 0) {
      return answer;
    }
    const claims = kept.map(({ change }) => claimOf(change));
    const record = toRecord(delivery, kept, rejected);
    const result = await appendDurably(dependencies, record, { claims });
    if (result.status !== "conflict") {
      return answer;
    }
    const conflicting = new Set(result.keys);
    for (const claim of claims.filter(({ key }) => conflicting.has(key))) {
      refuted.add(round < maxClaimRounds ? claimName(claim) : claim.key);
    }
  }
}

function toRecord(
  { tenant, receivedAtUnixMs }: Delivery,
  kept: readonly AcceptedItem[],
  rejected: readonly RejectedItem[],
): NewQueueRecord {
  return {
    tenant,
    signal: "changes",
    receivedAtUnixMs,
    contentType: "json",
    contentEncoding: "identity",
    acceptedCount: kept.length,
    rejectedOrdinals: [],
    rejected: countByReason(rejected),
    body: Buffer.from(JSON.stringify(kept.map(({ change }) => change))),
  };
}

function countByReason(rejected: readonly RejectedItem[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of rejected) {
    counts[reason] = (counts[reason] ?? 0) + 1;
  }
  return counts;
}
