import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { principalOf } from "../core/auth/principal.ts";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config/config.ts";
import { withoutMessage } from "../core/http/handle-errors.ts";
import { HttpError } from "../core/http/http-error.ts";
import type { Logger } from "../core/log.ts";
import type { AccountedSignal } from "../core/model/telemetry.ts";
import { OtlpDecodeError } from "../core/otlp/otlp-decode-error.ts";
import {
  type AppendOptions,
  type AppendResult,
  type NewQueueRecord,
  QueueFullError,
  type QueueProducer,
} from "../core/queue/queue.ts";
import type { Quota } from "../core/quota/quota.ts";
import type { Metrics } from "../core/telemetry/metrics.ts";
import { type BodyForm, httpBody } from "./body-form.ts";
import type { ScanBody } from "./body-scanner.ts";
import type { InFlightBudget } from "./in-flight-budget.ts";
import { type ReceivedBody, receiveBody } from "./receive-body.ts";
import { RefusedUpload } from "./refused-upload.ts";
import { requireQuota } from "./require-quota.ts";

/** What every receiver of the collector works with. */
export interface CollectorDependencies {
  readonly queue: QueueProducer;
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface UploadDependencies extends CollectorDependencies {
  readonly budget: InFlightBudget;
  readonly quota: Quota;
  /** How a message lies in the bodies of this port; as in HTTP unless given. */
  readonly bodyForm?: BodyForm;
  /** Validates and counts a request; in the calling thread unless given. */
  readonly scanBody?: ScanBody;
}

/** Prepares an instance for uploads: handlers get the body unread, whatever its type. */
export function acceptUploads(
  instance: FastifyInstance,
  { metrics }: UploadDependencies,
  signalOf: (request: FastifyRequest) => AccountedSignal | "profiles",
): void {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
  instance.addHook("onResponse", async (request, reply) => {
    const signal = signalOf(request);
    metrics.count("telltale.ingest.requests", 1, { signal, status: statusOf(reply) });
    metrics.observe("telltale.ingest.duration", reply.elapsedTime / 1000, { signal });
  });
}

/** The HTTP status, or the code of a gRPC answer that is not OK. */
function statusOf(reply: FastifyReply): string {
  const grpcStatus = reply.raw.getHeader("grpc-status");
  return grpcStatus === undefined ? String(reply.statusCode) : `grpc-${String(grpcStatus)}`;
}

/**
 * Receives the body of a request and hands it to `use`, holding its share of the in-flight
 * budget until `use` is done. A refusal of the whole request is counted for the caller's tenant.
 */
export async function takeUpload<Result>(
  dependencies: UploadDependencies,
  request: FastifyRequest,
  signal: AccountedSignal,
  use: (body: () => Promise<ReceivedBody>) => Promise<Result>,
): Promise<Result> {
  const { queue, config, budget, quota, bodyForm = httpBody } = dependencies;
  const { tenant } = principalOf(request);
  requireQuota(dependencies, tenant, signal);
  const lease = budget.lease();
  const stream = request.body instanceof Readable ? request.body : null;
  const source = { headers: request.headers, stream };
  try {
    const limits = { maxBytes: config.otlp.maxBodyBytes, lease };
    return await use(async () => {
      const body = await receiveBody(source, bodyForm, limits);
      quota.charge(tenant, body.decompressed.length, 0);
      return body;
    });
  } catch (thrown) {
    const error =
      thrown instanceof OtlpDecodeError
        ? new RefusedUpload("undecodable", thrown.message, thrown)
        : thrown;
    if (error instanceof RefusedUpload) {
      queue.countRefused(tenant, signal, error.reason);
    }
    throw error;
  } finally {
    lease.release();
  }
}

/**
 * Appends to the queue; resolves once the bytes are durable. The records are charged to the
 * tenant's quota.
 *
 * @throws HttpError `unavailable`, which senders retry, whatever keeps the queue from taking it.
 */
export async function appendDurably(
  { queue, quota, logger }: Pick<UploadDependencies, "queue" | "quota" | "logger">,
  record: NewQueueRecord,
  options: AppendOptions,
): Promise<AppendResult> {
  try {
    const result = await queue.append(record, options);
    if (result.status !== "conflict") {
      quota.charge(record.tenant, 0, record.acceptedCount);
    }
    return result;
  } catch (error) {
    if (error instanceof QueueFullError) {
      throw new HttpError("unavailable", error.message, {
        headers: { "retry-after": String(error.retryAfterSeconds) },
        cause: error,
      });
    }
    logger.error(withoutMessage(error), "The queue could not make a request durable");
    throw new HttpError("unavailable", "the queue could not be written; send this again later", {
      headers: { "retry-after": "5" },
      cause: error,
    });
  }
}
