import { createApiClient } from "./api-client.ts";

/** The OTLP/HTTP address of the running service, as it says itself. */
export async function otlpOfService(): Promise<string> {
  const status = await createApiClient(process.env).get<{ otlpHttp: string }>("/api/v1/status");
  return status.otlpHttp;
}
