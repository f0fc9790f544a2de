import { z } from "zod";

/**
 * JSON schema of a zod type, as fastify's routes and the OpenAPI document take it.
 *
 * @param io `input` for what callers send: keys with a default may be left out.
 */
export function jsonSchema(
  type: z.ZodType,
  io: "input" | "output" = "output",
): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { target: "draft-7", io });
  return schema;
}
