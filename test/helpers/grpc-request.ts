import {
  type Client,
  compressionAlgorithms,
  credentials,
  type Metadata,
  makeGenericClientConstructor,
  type ServiceError,
  status,
} from "@grpc/grpc-js";

/** What a gRPC client of another make (grpc-js) gets. */
export interface GrpcAnswer {
  readonly code: number;
  readonly message: string;
  /** The response of an OK answer. */
  readonly body: Buffer;
  /** Trailers of a refusal. */
  readonly metadata: Metadata | null;
}

export interface GrpcClient {
  /** Calls `Export` of a service such as `trace.v1.Trace`. */
  call(service: string, message: Uint8Array, metadata?: Metadata): Promise<GrpcAnswer>;
  close(): void;
}

/** A client of `…collector.<service>Service`; with `gzip` it compresses what it sends. */
export function connectGrpc(url: string, options: { readonly gzip?: boolean } = {}): GrpcClient {
  const Connection = makeGenericClientConstructor({}, "raw");
  const client: Client = new Connection(new URL(url).host, credentials.createInsecure(), {
    "grpc.default_compression_algorithm":
      options.gzip === true ? compressionAlgorithms.gzip : compressionAlgorithms.identity,
    "grpc.max_send_message_length": -1,
  });
  return {
    call: (service, message, metadata) =>
      new Promise((resolve) => {
        const path = `/opentelemetry.proto.collector.${service}Service/Export`;
        const done = (error: ServiceError | null, body?: Buffer): void => {
          resolve({
            code: error?.code ?? status.OK,
            message: error?.details ?? "",
            body: body ?? Buffer.alloc(0),
            metadata: error?.metadata ?? null,
          });
        };
        const bytes = Buffer.from(message);
        if (metadata === undefined) {
          client.makeUnaryRequest(path, identity, identity, bytes, done);
        } else {
          client.makeUnaryRequest(path, identity, identity, bytes, metadata, done);
        }
      }),
    close: () => client.close(),
  };
}

function identity(bytes: Buffer): Buffer {
  return bytes;
}
