import { Ajv } from "ajv";
import type { FastifyInstance } from "fastify";

export interface ApiAnswer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: Body;
}

export interface ApiQuestion {
  readonly method?: "GET" | "POST";
  readonly url: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Record<string, unknown>;
  readonly paths: Record<string, Record<string, Operation>>;
}

export interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: object }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: object }> };
  readonly responses: Record<string, OpenApiResponse>;
}

interface OpenApiResponse {
  readonly description: string;
  readonly content?: Record<string, { readonly schema: object }>;
}

/** Asks the API and holds every answer against the OpenAPI document that it serves. */
export function createApiClient(server: FastifyInstance) {
  const ajv = new Ajv({ strict: false });
  return async function ask<Body = Record<string, unknown>>({
    method = "GET",
    url,
    body,
    headers = {},
  }: ApiQuestion): Promise<ApiAnswer<Body>> {
    const response = await server.inject({
      method,
      url,
      headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      ...(body !== undefined && { payload: JSON.stringify(body) }),
    });
    const document = (await server.inject("/api/openapi.json")).json<OpenApiDocument>();
    const operation = operationOf(document, method, url);
    const isProblem = response.statusCode >= 400;
    const described = operation.responses[isProblem ? "default" : String(response.statusCode)];
    const type = isProblem ? "application/problem+json" : "application/json";
    expect(response.headers["content-type"]).toBe(`${type}; charset=utf-8`);
    expect(response.headers["x-content-type-options"]).toBe("nosniff");
    const schema = described?.content?.[type]?.schema;
    if (schema === undefined) {
      throw new Error(`${method} ${url} answered ${response.statusCode}, which is not described`);
    }
    const answer = response.json<Body>();
    ajv.validate(schema, answer);
    expect(ajv.errors).toBeNull();
    return { status: response.statusCode, headers: response.headers, body: answer };
  };
}

function operationOf(document: OpenApiDocument, method: string, url: string): Operation {
  const path = url.split("?")[0] ?? "";
  const found = Object.entries(document.paths).find(([template]) =>
    new RegExp(`^${template.replace(/\{[^}]+\}/g, "[^/]+")}$`).test(path),
  );
  const operation = found?.[1][method.toLowerCase()];
  if (operation === undefined) {
    throw new Error(`${method} ${path} is not in the OpenAPI document`);
  }
  return operation;
}
