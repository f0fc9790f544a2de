import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { clientTools } from "./client-tools.ts";

const execute = promisify(execFile);

export interface Generation {
  readonly signal: "traces" | "logs" | "metrics";
  /** `http://` or `https://`, host and port. */
  readonly to: string;
  readonly protocol: "http" | "grpc";
  readonly args: readonly string[];
}

/** Runs telemetrygen with four workers, as fast as they go; resolves with its log. */
export async function generateTelemetry(generation: Generation): Promise<string> {
  const { signal, to, protocol, args } = generation;
  const { host, protocol: scheme } = new URL(to);
  const { stdout, stderr } = await execute(clientTools.telemetrygen, [
    signal,
    `--otlp-endpoint=${host}`,
    ...(scheme === "http:" ? ["--otlp-insecure"] : []),
    ...(protocol === "http" ? ["--otlp-http"] : []),
    "--workers=4",
    "--rate=0",
    ...args,
  ]);
  return stdout + stderr;
}
