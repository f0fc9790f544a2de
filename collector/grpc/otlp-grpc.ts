import type { Http2ServerResponse } from "node:http2";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Signal } from "../../core/model/telemetry.ts";
import { encodeResponse } from "../../core/otlp/encode-response.ts";
import { profilesNotReceived } from "../otlp-http.ts";
import { receiveTelemetry, signals } from "../receive-telemetry.ts";
import { RefusedUpload } from "../refused-upload.ts";
import { acceptUploads, type UploadDependencies } from "../take-upload.ts";
import { grpcBody, grpcFrame } from "./grpc-frame.ts";
import { grpcMediaType, isGrpc } from "./render-grpc-status.ts";

const services = { traces: "trace.v1.Trace", logs: "logs.v1.Logs", metrics: "metrics.v1.Metrics" };
const profilesPath = pathOf("profiles.v1development.Profiles");

/**
 * The OTLP/gRPC receiver: the unary method `Export` of the three services. It answers OK only
 * after the request is durable in the queue.
 */
export function otlpGrpc(dependencies: UploadDependencies) {
  const uploads: UploadDependencies = { ...dependencies, bodyForm: grpcBody };
  return async (instance: FastifyInstance): Promise<void> => {
    acceptUploads(instance, uploads, signalOf);
    for (const signal of signals) {
      instance.post(
        pathOf(services[signal]),
        { config: { permission: "ingest" } },
        async (request, reply) => {
          const receipt = await receiveTelemetry(uploads, signal, request, requireGrpc);
          answer(reply, encodeResponse(signal, "protobuf", receipt));
        },
      );
    }
    instance.post(profilesPath, { config: { permission: "ingest" } }, async () => {
      throw profilesNotReceived();
    });
  };
}

/** `trace.v1.Trace` stands for `…collector.trace.v1.TraceService`. */
function pathOf(service: string): string {
  return `/opentelemetry.proto.collector.${service}Service/Export`;
}

function signalOf({ routeOptions: { url } }: FastifyRequest): Signal | "profiles" {
  return signals.find((signal) => pathOf(services[signal]) === url) ?? "profiles";
}

function requireGrpc({ headers }: FastifyRequest): "protobuf" {
  const type = headers["content-type"];
  if (!isGrpc(type)) {
    throw new RefusedUpload(
      "unsupported_media_type",
      `expected Content-Type ${grpcMediaType}, got ${type?.slice(0, 80) ?? "none"}`,
    );
  }
  return "protobuf";
}

/** Sends the message and, behind it, that all went well. */
function answer(reply: FastifyReply, message: Uint8Array): void {
  reply.hijack();
  const response = reply.raw as unknown as Http2ServerResponse;
  response.writeHead(200, {
    "content-type": grpcMediaType,
    "grpc-accept-encoding": "identity,gzip",
  });
  response.addTrailers({ "grpc-status": "0" });
  response.end(grpcFrame(message));
}
