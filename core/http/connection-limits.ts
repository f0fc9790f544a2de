import { Connections } from "../config/otlp-config.ts";

/** Bounds that no setting changes. */
export const fixedLimits = {
  maxHeaderBytes: 16_384,
  /** Bodies that fastify itself parses (the API); uploads have their own limit. */
  maxParsedBodyBytes: 1_048_576,
  /** Requests at once on one HTTP/2 connection. */
  maxStreams: 100,
  /**
   * Bytes that one HTTP/2 connection may send ahead of our reading: 64 KiB, the default, would
   * bound a sender 50 ms away to 1.3 MB/s.
   */
  receiveWindowBytes: 1_048_576,
} as const;

export const defaultConnections: Connections = Connections.parse({});

const checkIntervalMs = { least: 50, greatest: 5000 } as const;

/** Options of a fastify server that speaks HTTP/1.1. */
export function http1Options(connections: Connections): object {
  const requestTimeout = ms(connections.requestSeconds);
  return {
    requestTimeout,
    keepAliveTimeout: ms(connections.idleSeconds),
    forceCloseConnections: "idle",
    http: {
      headersTimeout: Math.min(ms(connections.headersSeconds), requestTimeout),
      maxHeaderSize: fixedLimits.maxHeaderBytes,
      connectionsCheckingInterval: checkInterval(connections),
    },
  };
}

/** Options of a fastify server that speaks HTTP/2; see `boundStreams` for the rest. */
export function http2Options({ idleSeconds }: Connections): object {
  return {
    http2: true,
    // Without a frame for so long the connection is asked to close.
    http2SessionTimeout: ms(idleSeconds),
    http: {
      settings: {
        maxConcurrentStreams: fixedLimits.maxStreams,
        maxHeaderListSize: fixedLimits.maxHeaderBytes,
        initialWindowSize: fixedLimits.receiveWindowBytes,
      },
    },
  };
}

/** How often Node looks for requests that are late: often enough for the shortest limit. */
function checkInterval({ headersSeconds, requestSeconds }: Connections): number {
  const wanted = ms(Math.min(headersSeconds, requestSeconds)) / 3;
  return Math.round(Math.min(checkIntervalMs.greatest, Math.max(checkIntervalMs.least, wanted)));
}

function ms(seconds: number): number {
  return Math.round(seconds * 1000);
}
