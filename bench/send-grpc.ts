import { setTimeout as sleep } from "node:timers/promises";
import { type Client, credentials, makeGenericClientConstructor, status } from "@grpc/grpc-js";
import { spansPerRequest } from "./send-load.ts";

const path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

export interface GrpcLoadOptions {
  readonly otlpGrpc: string;
  /** Messages, not compressed: as grpc-js and most SDKs send unless told otherwise. */
  readonly messages: readonly Uint8Array[];
  readonly senders: number;
  /** Spans per second to offer; as fast as answered if absent. */
  readonly rate?: number;
}

/** Sends every message once; returns the time to each acknowledgment, milliseconds. */
export async function sendGrpcLoad(options: GrpcLoadOptions): Promise<number[]> {
  const { otlpGrpc, messages, senders, rate } = options;
  const Connection = makeGenericClientConstructor({}, "raw");
  const startedAt = performance.now();
  const ackMs: number[] = [];
  let next = 0;
  async function sendSome(): Promise<void> {
    const client: Client = new Connection(new URL(otlpGrpc).host, credentials.createInsecure());
    for (let index = next++; index < messages.length; index = next++) {
      if (rate !== undefined) {
        const dueAt = startedAt + (index * spansPerRequest * 1000) / rate;
        await sleep(Math.max(0, dueAt - performance.now()));
      }
      const sentAt = performance.now();
      await call(client, Buffer.from(messages[index] ?? []));
      ackMs.push(performance.now() - sentAt);
    }
    client.close();
  }
  await Promise.all(Array.from({ length: senders }, sendSome));
  return ackMs;
}

/** "Full" is waited out. */
async function call(client: Client, message: Buffer): Promise<void> {
  for (;;) {
    const code = await new Promise<status>((resolve) => {
      client.makeUnaryRequest(path, identity, identity, message, (error) => {
        resolve(error?.code ?? status.OK);
      });
    });
    if (code === status.OK) {
      return;
    }
    if (code !== status.UNAVAILABLE) {
      throw new Error(`expected OK, got ${status[code]}`);
    }
    await sleep(200);
  }
}

function identity(bytes: Buffer): Buffer {
  return bytes;
}
