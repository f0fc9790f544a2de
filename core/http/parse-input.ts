import { z } from "zod";
import { HttpError } from "./http-error.ts";

/** A time as callers give it. */
export const time = z.iso.datetime({
  offset: true,
  error: "expected an RFC 3339 time such as 2026-11-20T10:00:00Z",
});

/**
 * Query or body of a request as typed values.
 *
 * @throws HttpError `invalid_request` naming every mistake.
 */
export function parseInput<T>(type: z.ZodType<T>, input: unknown): T {
  const parsed = type.safeParse(input ?? {});
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join(".") || "body"}: ${issue.message}`,
    );
    throw new HttpError("invalid_request", problems.join("; "));
  }
  return parsed.data;
}
