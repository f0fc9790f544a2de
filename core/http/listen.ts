import { Server as TlsServer } from "node:tls";
import type { FastifyInstance } from "fastify";
import { StartError } from "../start-error.ts";

/**
 * Binds the server; port 0 picks a free one.
 *
 * @returns its URL.
 * @throws StartError when the port cannot be had.
 */
export async function listen(server: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw new StartError(
      code === "EADDRINUSE"
        ? `Port ${port} on ${host} is in use. Stop what listens there, or set another port (0 picks a free one).`
        : `Cannot listen on ${host}:${port}: ${String(error)}`,
    );
  }
  const address = server.server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  const shown = host.includes(":") ? `[${host}]` : host;
  const scheme = server.server instanceof TlsServer ? "https" : "http";
  return `${scheme}://${shown}:${bound}`;
}
