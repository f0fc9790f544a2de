import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { principalOf } from "../core/auth/principal.ts";
import { handleErrors } from "../core/http/handle-errors.ts";
import { HttpError } from "../core/http/http-error.ts";
import type { Signal } from "../core/model/telemetry.ts";
import { encodeResponse } from "../core/otlp/encode-response.ts";
import type { ScanResult } from "../core/otlp/refusal.ts";
import { scanRequest } from "../core/otlp/scan.ts";
import type { NewQueueRecord, RecordEncoding } from "../core/queue/queue.ts";
import { mediaType } from "./media-type.ts";
import type { ReceivedBody } from "./receive-body.ts";
import { recordLimits } from "./record-limits.ts";
import { RefusedUpload } from "./refused-upload.ts";
import { otlpMediaTypes, renderStatus } from "./render-status.ts";
import {
  acceptUploads,
  appendDurably,
  takeUpload,
  type UploadDependencies,
} from "./take-upload.ts";

type ContentType = RecordEncoding["contentType"];

const signals: readonly Signal[] = ["traces", "logs", "metrics"];
const otherMethods = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * The OTLP/HTTP receiver: `POST /v1/{traces,logs,metrics}`. It answers 200 only after the
 * request is durable in the queue; every other answer carries a `google.rpc.Status`.
 */
export function otlpHttp(dependencies: UploadDependencies) {
  return async (instance: FastifyInstance): Promise<void> => {
    handleErrors(instance, renderStatus, dependencies.logger);
    acceptUploads(instance, dependencies, signalOf);
    for (const signal of signals) {
      const url = `/v1/${signal}`;
      instance.post(url, { config: { permission: "ingest" } }, async (request, reply) => {
        const { contentType, scan } = await receive(dependencies, signal, request);
        return reply.type(otlpMediaTypes[contentType]).send(
          encodeResponse(signal, contentType, {
            rejected: sum(scan.rejected),
            message: scan.message,
          }),
        );
      });
      refuseOtherMethods(instance, url);
    }
    const profiles = "/v1development/profiles";
    instance.post(profiles, { config: { permission: "ingest" } }, async () => {
      throw new HttpError(
        "not_implemented",
        "profiles are not received; send traces, logs, metrics",
      );
    });
    refuseOtherMethods(instance, profiles);
  };
}

interface Receipt {
  readonly contentType: ContentType;
  readonly scan: ScanResult;
}

async function receive(
  dependencies: UploadDependencies,
  signal: Signal,
  request: FastifyRequest,
): Promise<Receipt> {
  const { config, clock } = dependencies;
  return takeUpload(dependencies, request, signal, async (readBody) => {
    const contentType = readContentType(request);
    const body = await readBody();
    const receivedAtUnixMs = clock.now();
    const limits = recordLimits(config.otlp, receivedAtUnixMs);
    const scan = scanRequest(signal, contentType, body.decompressed, limits);
    if (scan.accepted + sum(scan.rejected) > 0) {
      const record = {
        tenant: principalOf(request).tenant,
        signal,
        receivedAtUnixMs,
        acceptedCount: scan.accepted,
        rejected: scan.rejected,
        ...storedBody(contentType, body, scan),
      };
      await appendDurably(dependencies, record, dedupOptions(signal, body));
    }
    return { contentType, scan };
  });
}

function readContentType(request: FastifyRequest): ContentType {
  const type = mediaType(request.headers["content-type"]);
  if (type === otlpMediaTypes.protobuf) {
    return "protobuf";
  }
  if (type === otlpMediaTypes.json) {
    return "json";
  }
  throw new RefusedUpload(
    "unsupported_media_type",
    `expected Content-Type ${otlpMediaTypes.protobuf} or ${otlpMediaTypes.json}, got ${type.slice(0, 80) || "none"}`,
  );
}

/** The body as it came; nothing of it when no record was accepted: only the counts are kept. */
function storedBody(
  contentType: ContentType,
  { received, contentEncoding }: ReceivedBody,
  scan: ScanResult,
): Pick<NewQueueRecord, "contentType" | "contentEncoding" | "body" | "rejectedOrdinals"> {
  return scan.accepted > 0
    ? { contentType, contentEncoding, body: received, rejectedOrdinals: scan.rejectedOrdinals }
    : {
        contentType: "protobuf",
        contentEncoding: "identity",
        body: new Uint8Array(),
        rejectedOrdinals: [],
      };
}

/** Spans have an identity of their own; logs and metrics are known again by their bytes. */
function dedupOptions(signal: Signal, body: ReceivedBody): { dedupDigest?: string } {
  return signal === "traces"
    ? {}
    : { dedupDigest: createHash("sha256").update(body.decompressed).digest("hex") };
}

function refuseOtherMethods(instance: FastifyInstance, url: string): void {
  instance.route({
    method: otherMethods,
    url,
    config: { permission: "public" },
    handler: async (request) => {
      throw new HttpError("method_not_allowed", `expected POST, got ${request.method}`, {
        headers: { allow: "POST" },
      });
    },
  });
}

function signalOf(request: FastifyRequest): Signal | "profiles" {
  return signals.find((signal) => request.routeOptions.url === `/v1/${signal}`) ?? "profiles";
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
