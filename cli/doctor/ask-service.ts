import type { Config } from "../../core/config/config.ts";
import type { CodingAgentId } from "../../core/model/agent-event.ts";
import { createApiClient } from "../api-client.ts";
import type { Destination } from "./agents/agent-setup.ts";

/** What the running service says of an agent, as far as one runs and answers. */
export interface ServiceAnswer {
  readonly running: boolean;
  readonly destination: Destination;
  /** `null` if that could not be asked. */
  readonly arrived: { readonly any: boolean; readonly lastSeen: string | null } | null;
  /** Why it could not be asked; empty if it could. */
  readonly problem: string;
}

/**
 * Asks the running service for its OTLP address and the agent's last session. Without one the
 * address comes from the configuration.
 */
export async function askService(
  env: NodeJS.ProcessEnv,
  config: Config,
  agent: CodingAgentId,
): Promise<ServiceAnswer> {
  const client = createApiClient(env);
  const anonymous = await statusWithoutKey(client.baseUrl);
  const { apiKeys, oidc, clientCertificates } = config.auth;
  const configured = apiKeys.length + oidc.length + clientCertificates.length > 0;
  const needsKey = anonymous === null ? configured : anonymous === 401;
  const fromConfig = { otlpHttp: configuredAddress(config), needsKey };
  if (anonymous === null) {
    const problem = `no Telltale answers at ${client.baseUrl}; start it with "npx telltale up"`;
    return { running: false, destination: fromConfig, arrived: null, problem };
  }
  try {
    const { otlpHttp } = await client.get<{ otlpHttp: string }>("/api/v1/status");
    const { items } = await client.get<{ items: { lastSeen: string }[] }>(
      `/api/v1/sessions?agent=${agent}&limit=1`,
    );
    const lastSeen = items[0]?.lastSeen ?? null;
    return {
      running: true,
      destination: { otlpHttp: otlpHttp.replace(/\/+$/, ""), needsKey },
      arrived: { any: items.length > 0, lastSeen },
      problem: "",
    };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { running: true, destination: fromConfig, arrived: null, problem };
  }
}

/** The status code that a caller without a key gets; `null` if nobody answers. */
async function statusWithoutKey(baseUrl: string): Promise<number | null> {
  try {
    return (await fetch(`${baseUrl}/api/v1/status`)).status;
  } catch {
    return null;
  }
}

function configuredAddress({ host, otlp }: Config): string {
  const reachable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const name = reachable.includes(":") ? `[${reachable}]` : reachable;
  return `http://${name}:${otlp.httpPort}`;
}
