import { causeOf } from "./cause-of.ts";
import { UserError } from "./user-error.ts";

export interface ApiClient {
  readonly baseUrl: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
}

/**
 * Client of the running service: verbs about stored data go through it, because one process owns
 * the data folder. `TELLTALE_API_URL` and `TELLTALE_API_KEY` say where and who.
 */
export function createApiClient(env: NodeJS.ProcessEnv): ApiClient {
  const baseUrl = (env["TELLTALE_API_URL"] ?? "http://127.0.0.1:7070").replace(/\/+$/, "");
  const key = env["TELLTALE_API_KEY"];
  const authorization: Record<string, string> =
    key === undefined ? {} : { authorization: `Bearer ${key}` };
  return {
    baseUrl,
    get: (path) => request(baseUrl, path, { headers: authorization }),
    post: (path, body) =>
      request(baseUrl, path, {
        method: "POST",
        headers: { ...authorization, "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
  };
}

async function request<T>(baseUrl: string, path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`${baseUrl}${path}`, init);
  } catch (error) {
    throw new UserError(
      `No Telltale answers at ${baseUrl} (${causeOf(error)}). Start it with "npx telltale up", ` +
        "or set TELLTALE_API_URL.",
    );
  }
  const text = await response.text();
  if (!response.ok) {
    throw new UserError(`${baseUrl}${path} answered ${response.status}: ${detailOf(text)}`);
  }
  return JSON.parse(text) as T;
}

function detailOf(text: string): string {
  try {
    const problem = JSON.parse(text) as { detail?: string; title?: string; message?: string };
    return problem.detail ?? problem.title ?? problem.message ?? text;
  } catch {
    return text.slice(0, 500);
  }
}
