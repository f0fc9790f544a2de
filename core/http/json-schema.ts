import { z } from "zod";

/** JSON schema of a zod type, as fastify's routes and the OpenAPI document take it. */
export function jsonSchema(type: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { target: "draft-7", io: "output" });
  return schema;
}
