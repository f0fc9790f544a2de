import { constants, type Http2ServerRequest, type ServerHttp2Session } from "node:http2";
import type { FastifyInstance } from "fastify";
import type { Connections } from "../config/otlp-config.ts";
import { fixedLimits } from "./connection-limits.ts";

/**
 * What Node bounds by itself for HTTP/1.1 and not for HTTP/2: a request that has not arrived
 * whole in time is cancelled, and a sender far away may fill a window of useful size.
 */
export function boundStreams(instance: FastifyInstance, { requestSeconds }: Connections): void {
  instance.server.on("session", (session: ServerHttp2Session) => {
    session.setLocalWindowSize(fixedLimits.receiveWindowBytes);
  });
  instance.addHook("onRequest", async ({ raw }) => {
    const { stream } = raw as unknown as Http2ServerRequest;
    const deadline = setTimeout(
      () => stream.close(constants.NGHTTP2_CANCEL),
      requestSeconds * 1000,
    );
    for (const event of ["end", "close"]) {
      stream.once(event, () => clearTimeout(deadline));
    }
  });
}
