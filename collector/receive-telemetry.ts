import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { principalOf } from "../core/auth/principal.ts";
import { freeMemory } from "../core/free-memory.ts";
import type { Signal } from "../core/model/telemetry.ts";
import type { PartialSuccess } from "../core/otlp/encode-response.ts";
import { recordLimits } from "../core/otlp/record-limits.ts";
import type { ScanResult } from "../core/otlp/refusal.ts";
import { scanRequest } from "../core/otlp/scan.ts";
import type { NewQueueRecord, RecordEncoding } from "../core/queue/queue.ts";
import type { ReceivedBody } from "./receive-body.ts";
import { appendDurably, takeUpload, type UploadDependencies } from "./take-upload.ts";

type ContentType = RecordEncoding["contentType"];

export interface TelemetryReceipt extends PartialSuccess {
  readonly contentType: ContentType;
}

/** What the two OTLP ports answer requests with. */
export const signals: readonly Signal[] = ["traces", "logs", "metrics"];

/**
 * Receives an OTLP request over either port: validates and counts it, and resolves once it is
 * durable in the queue.
 *
 * @param readContentType Judges the headers before the body is read.
 * @throws HttpError for everything that is not accepted, at least in part.
 */
export async function receiveTelemetry(
  dependencies: UploadDependencies,
  signal: Signal,
  request: FastifyRequest,
  readContentType: (request: FastifyRequest) => ContentType,
): Promise<TelemetryReceipt> {
  const { config, clock, scanBody = scanRequest } = dependencies;
  return takeUpload(dependencies, request, signal, async (readBody) => {
    const contentType = readContentType(request);
    const body = await readBody();
    const receivedAtUnixMs = clock.now();
    const limits = recordLimits(config.otlp, receivedAtUnixMs);
    const scan = await scanBody(signal, contentType, body.decompressed, limits);
    const dedup = dedupOptions(signal, body);
    if (body.decompressed !== body.received) {
      freeMemory(body.decompressed);
    }
    const rejected = sum(scan.rejected);
    if (scan.accepted + rejected > 0) {
      const record = {
        tenant: principalOf(request).tenant,
        signal,
        receivedAtUnixMs,
        acceptedCount: scan.accepted,
        rejected: scan.rejected,
        ...storedBody(contentType, body, scan),
      };
      await appendDurably(dependencies, record, dedup);
    }
    return { contentType, rejected, message: scan.message };
  });
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

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
