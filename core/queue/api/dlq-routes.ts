import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Audit } from "../../audit/audit.ts";
import { principalOf } from "../../auth/principal.ts";
import { HttpError } from "../../http/http-error.ts";
import { encodeCursor, readPage } from "../../http/paging.ts";
import { routeSchema } from "../../http/route-schema.ts";
import type { DeadLetterSummary, DeadLetters } from "../dead-letters.ts";
import type { DeadLetter } from "../queue.ts";
import { QueueFullError } from "../queue.ts";
import { shownReason } from "../shown-reason.ts";

const Item = z.object({
  position: z.int(),
  signal: z.enum(["traces", "logs", "metrics", "changes"]),
  receivedAt: z.string(),
  failedAt: z.string(),
  records: z.int().describe("Records that count as dead-lettered"),
  bytes: z.int().describe("Size of the body as it came"),
  contentType: z.enum(["protobuf", "json"]),
  contentEncoding: z.enum(["identity", "gzip"]),
  reason: z.string().describe("Why, without the words of the record"),
});

const Items = z.object({ items: z.array(Item), nextCursor: z.string().nullable() });

const Details = Item.extend({
  readable: z.boolean().describe("Whether the bytes still decrypt"),
  sha256: z.string().describe("Digest of the body, to find it at its sender; empty if unreadable"),
  rejected: z.record(z.string(), z.int()).describe("Refused at the door, by reason"),
});

const Replayed = z.object({ position: z.int().describe("Its new position in the queue") });
const Dropped = z.object({ dropped: z.literal(true) });

const paging = { defaultLimit: 50, maxLimit: 500, key: ["number"] } as const;

export interface DlqDependencies {
  readonly deadLetters: DeadLetters;
  readonly audit: Pick<Audit, "append">;
}

type OnePosition = FastifyRequest<{ Params: { position: string } }>;

/**
 * `/api/v1/dlq`: records that could not be stored. Their bytes never leave through here: they
 * were not masked. A replayed record is in flight again; a dropped one stays counted as
 * dead-lettered.
 */
export function dlqRoutes(dependencies: DlqDependencies) {
  return async (instance: FastifyInstance): Promise<void> => {
    addReading(instance, dependencies);
    addChanging(instance, dependencies);
  };
}

function addReading(instance: FastifyInstance, { deadLetters }: DlqDependencies): void {
  instance.get(
    "/api/v1/dlq",
    {
      config: { permission: "read" },
      schema: routeSchema({
        summary: "Records that could not be stored, oldest first",
        paged: true,
        response: Items,
      }),
    },
    async (request) => {
      const { limit, after } = readPage(request.query, paging);
      const cursor = after === null ? "" : String(after[0]);
      const page = await deadLetters.list(limit, cursor, principalOf(request).tenant);
      const { nextCursor } = page;
      return {
        items: page.items.map(toItem),
        nextCursor: nextCursor === null ? null : encodeCursor([Number(nextCursor)]),
      };
    },
  );
  instance.get<{ Params: { position: string } }>(
    "/api/v1/dlq/:position",
    {
      config: { permission: "admin" },
      schema: routeSchema({ summary: "One of them", response: Details }),
    },
    async (request) => toDetails(await existing(deadLetters, request)),
  );
}

function addChanging(instance: FastifyInstance, { deadLetters, audit }: DlqDependencies): void {
  async function note(request: OnePosition, verb: string, letter: DeadLetter): Promise<void> {
    const { name, tenant } = principalOf(request);
    const { signal, acceptedCount: records } = letter;
    await audit.append({
      actor: name,
      action: `dead_letter.${verb}`,
      subject: `dead_letter/${tenant}/${letter.position}`,
      data: { signal, records },
    });
  }

  instance.post<{ Params: { position: string } }>(
    "/api/v1/dlq/:position/replay",
    {
      config: { permission: "admin" },
      schema: routeSchema({ summary: "Queue it again", response: Replayed }),
    },
    async (request) => {
      const letter = await existing(deadLetters, request);
      const position = await inHttpTerms(() => deadLetters.replay(letter.position));
      if (position === null) {
        throw gone(letter.position);
      }
      await note(request, "replay", letter);
      return { position };
    },
  );
  instance.post<{ Params: { position: string } }>(
    "/api/v1/dlq/:position/drop",
    {
      config: { permission: "admin" },
      schema: routeSchema({ summary: "Delete it for good", response: Dropped }),
    },
    async (request) => {
      const letter = await existing(deadLetters, request);
      if (!(await deadLetters.drop(letter.position))) {
        throw gone(letter.position);
      }
      await note(request, "drop", letter);
      return { dropped: true };
    },
  );
}

async function existing(
  deadLetters: DeadLetters,
  request: OnePosition,
): Promise<DeadLetter & DeadLetterSummary> {
  const { position } = request.params;
  const letter = /^\d{1,15}$/.test(position) ? await deadLetters.get(Number(position)) : null;
  if (letter === null || letter.tenant !== principalOf(request).tenant) {
    throw gone(position.slice(0, 32));
  }
  return letter;
}

function gone(position: number | string): HttpError {
  return new HttpError("not_found", `there is no dead letter ${position}`);
}

async function inHttpTerms<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof QueueFullError) {
      const headers = { "retry-after": String(error.retryAfterSeconds) };
      throw new HttpError("unavailable", error.message, { headers, cause: error });
    }
    throw error;
  }
}

function toItem(letter: DeadLetterSummary): z.infer<typeof Item> {
  return {
    position: letter.position,
    signal: letter.signal,
    receivedAt: new Date(letter.receivedAtUnixMs).toISOString(),
    failedAt: new Date(letter.failedAtUnixMs).toISOString(),
    records: letter.acceptedCount,
    bytes: letter.bodyBytes,
    contentType: letter.contentType,
    contentEncoding: letter.contentEncoding,
    reason: shownReason(letter.reason),
  };
}

function toDetails(letter: DeadLetter & DeadLetterSummary): z.infer<typeof Details> {
  const readable = letter.body.length > 0 || letter.bodyBytes === 0;
  return {
    ...toItem(letter),
    readable,
    sha256: readable ? createHash("sha256").update(letter.body).digest("hex") : "",
    rejected: { ...letter.rejected },
  };
}
