import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { principalOf } from "../../auth/principal.ts";
import { HttpError } from "../../http/http-error.ts";
import { parseInput } from "../../http/parse-input.ts";
import { routeSchema } from "../../http/route-schema.ts";
import { type ErasureDependencies, eraseSubject } from "../erase-subject.ts";
import { subjectKinds } from "../person-attributes.ts";

const Request = z
  .strictObject({
    subject: z.string().min(1).max(512).describe("The id as records carry it"),
    kind: z.enum(subjectKinds).optional().describe("What the id is; all kinds when absent"),
    matchText: z.boolean().default(false).describe("Also records in whose text it occurs"),
    waitSeconds: z
      .number()
      .min(0)
      .max(300)
      .default(45)
      .describe("For records that wait, and again for files of replaced data to go"),
  })
  .refine(({ subject, matchText }) => !matchText || subject.length >= 4, {
    path: ["subject"],
    message: "expected at least 4 characters to look for in texts",
  });

const Report = z.object({
  pseudonym: z.string().describe("Stands where the id stood; a keyed hash"),
  places: z.array(
    z.object({
      place: z.string(),
      action: z.enum(["deleted", "rewritten"]),
      before: z.int(),
      after: z.int().describe("0, or the erasure is not complete"),
    }),
  ),
  oldParts: z.int().describe("Files of replaced data that are still to be removed"),
  waiting: z.int().describe("Records that waited in the queue; erase again once they are stored"),
  complete: z.boolean(),
});

/** `POST /api/v1/erase`: removes one person's records of the caller's tenant. */
export function eraseRoutes(dependencies: ErasureDependencies) {
  let isRunning = false;
  const closing = new AbortController();
  const { reads, writes } = dependencies.store;
  const store = { reads, writes, signal: closing.signal };
  return async (instance: FastifyInstance): Promise<void> => {
    // A stop does not wait for it; it is repeated after the next start.
    instance.addHook("preClose", async () => closing.abort());
    instance.post(
      "/api/v1/erase",
      {
        config: { permission: "admin" },
        schema: routeSchema({
          summary: "Remove one person's records everywhere, with counts as proof",
          body: Request,
          response: Report,
        }),
      },
      async (request) => {
        const { subject, kind, matchText, waitSeconds } = parseInput(Request, request.body);
        const { tenant, name } = principalOf(request);
        if (isRunning) {
          throw new HttpError("conflict", "another erasure is running; repeat when it has ended");
        }
        isRunning = true;
        try {
          const patienceMs = waitSeconds * 1000;
          const about = { tenant, actor: name, id: subject, kind, matchText, patienceMs };
          return await eraseSubject({ ...dependencies, store }, about);
        } catch (error) {
          throw closing.signal.aborted
            ? new HttpError("unavailable", "the service is stopping; erase again after its start")
            : error;
        } finally {
          isRunning = false;
        }
      },
    );
  };
}
