import { z } from "zod";
import { jsonSchema } from "./json-schema.ts";

export interface RouteDescription {
  readonly summary: string;
  /** Query parameters that the handler parses. */
  readonly query?: z.ZodObject;
  /** Adds `limit` and `cursor` to the query. */
  readonly paged?: true;
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
}

/**
 * What a route takes and gives, for the OpenAPI document and for writing the answer. Handlers
 * parse their own input: the server compiles no validator from these schemas.
 */
export function routeSchema(route: RouteDescription): object {
  const query = z.object({ ...route.query?.shape, ...(route.paged && pagingParameters.shape) });
  return {
    summary: route.summary,
    ...(Object.keys(query.shape).length > 0 && { querystring: jsonSchema(query, "input") }),
    ...(route.body && { body: jsonSchema(route.body, "input") }),
    response: { 200: jsonSchema(route.response), default: problemResponse },
  };
}

const pagingParameters = z.object({
  limit: z.string().regex(/^\d+$/).optional().describe("Items per page"),
  cursor: z.string().optional().describe("nextCursor of the page before"),
});

/** RFC 9457. */
const ProblemDocument = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
});

const problemResponse = {
  description: "What was expected, what came, what to do",
  content: { "application/problem+json": { schema: jsonSchema(ProblemDocument) } },
};
