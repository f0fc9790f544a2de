import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { principalOf } from "../../core/auth/principal.ts";
import { handleErrors } from "../../core/http/handle-errors.ts";
import { HttpError } from "../../core/http/http-error.ts";
import type { RenderedError } from "../../core/http/render-problem.ts";
import { queueChanges } from "../changes/queue-changes.ts";
import { type Fields, isFields } from "../changes/read-fields.ts";
import { mediaType } from "../media-type.ts";
import { parseJson } from "../parse-json.ts";
import { RefusedUpload } from "../refused-upload.ts";
import { acceptUploads, takeUpload, type UploadDependencies } from "../take-upload.ts";
import { noteChange } from "./note-change.ts";
import { type NoteStore, NotesFullError } from "./note-store.ts";

export interface NoteDependencies extends UploadDependencies {
  readonly notes: NoteStore;
}

/** What a client may ask for at once; the contract asks for at least as many. */
const maxCommitsPerRead = 100;

/**
 * The notes backend of git-ai: `POST /worker/notes/upload` and `GET /worker/notes/`, each with
 * and without a slash at the end. Notes come back as they were sent; what they say about the
 * authorship of a commit is also queued as a change.
 *
 * @see https://github.com/git-ai-project/git-ai docs/notes-backend-spec.md
 */
export function noteRoutes(dependencies: NoteDependencies) {
  return async (instance: FastifyInstance): Promise<void> => {
    handleErrors(instance, renderError, dependencies.logger);
    acceptUploads(instance, dependencies, () => "changes");
    for (const url of ["/worker/notes/upload", "/worker/notes/upload/"]) {
      instance.post(url, { config: { permission: "ingest" } }, (request) =>
        upload(dependencies, request),
      );
      refuseOtherMethods(instance, url, "POST");
    }
    for (const url of ["/worker/notes", "/worker/notes/"]) {
      instance.get(url, { config: { permission: "read" } }, async (request, reply) =>
        read(dependencies, request, reply),
      );
      refuseOtherMethods(instance, url, "GET");
    }
  };
}

/** The form of errors that the contract lays down. */
function renderError(error: HttpError): RenderedError {
  return { contentType: "application/json", body: JSON.stringify({ error: error.message }) };
}

interface UploadCounts {
  readonly success_count: number;
  readonly failure_count: number;
}

async function upload(
  dependencies: NoteDependencies,
  request: FastifyRequest,
): Promise<UploadCounts> {
  return takeUpload(dependencies, request, "changes", async (readBody) => {
    if (mediaType(request.headers["content-type"]) !== "application/json") {
      throw new RefusedUpload("unsupported_media_type", "expected Content-Type application/json");
    }
    const entries = readEntries(parseJson((await readBody()).decompressed));
    const { tenant } = principalOf(request);
    const notes = new Map(
      entries.filter(isAddressed).map(({ commit, content }) => [commit, content]),
    );
    const fresh = withoutKnown(dependencies.notes, tenant, notes);
    // Queued first: a note that is stored is one whose statement is durable, too.
    await queueStatements(dependencies, tenant, fresh);
    await storeNotes(dependencies.notes, tenant, fresh);
    const stored = entries.filter(isAddressed).length;
    return { success_count: stored, failure_count: entries.length - stored };
  });
}

interface Entry {
  readonly commit: string;
  readonly content: string;
}

/** @throws RefusedUpload unless the body has the form of the contract. */
function readEntries(body: unknown): Entry[] {
  const entries: unknown = isFields(body) ? body["entries"] : undefined;
  if (!Array.isArray(entries)) {
    throw new RefusedUpload("undecodable", "entries: expected a list of notes");
  }
  return entries.map((entry: unknown, index) => {
    const { commit_sha: commit, content } = isFields(entry) ? entry : ({} as Fields);
    if (typeof commit !== "string" || typeof content !== "string") {
      throw new RefusedUpload(
        "undecodable",
        `entries.${index}: expected commit_sha and content as text`,
      );
    }
    return { commit, content };
  });
}

function isAddressed({ commit }: Entry): boolean {
  return /^[0-9a-fA-F]{4,64}$/.test(commit);
}

/** Notes that are not stored with the same content already. */
function withoutKnown(
  store: NoteStore,
  tenant: string,
  notes: ReadonlyMap<string, string>,
): Map<string, string> {
  const known = store.get(tenant, [...notes.keys()]);
  return new Map([...notes].filter(([commit, content]) => known.get(commit) !== content));
}

async function queueStatements(
  dependencies: NoteDependencies,
  tenant: string,
  notes: ReadonlyMap<string, string>,
): Promise<void> {
  const now = dependencies.clock.now();
  const accepted = [...notes]
    .map(([commit, content]) => noteChange({ commit, content }, tenant, now))
    .filter((change) => change !== null)
    .map((change, index) => ({ index, change }));
  const delivery = { tenant, receivedAtUnixMs: now, accepted, rejected: [], ignored: 0 };
  await queueChanges(dependencies, delivery);
}

async function storeNotes(
  notes: NoteStore,
  tenant: string,
  fresh: ReadonlyMap<string, string>,
): Promise<void> {
  try {
    await notes.put(tenant, fresh);
  } catch (error) {
    if (error instanceof NotesFullError) {
      throw new HttpError("unavailable", error.message, {
        headers: { "retry-after": "60" },
        cause: error,
      });
    }
    throw error;
  }
}

function read({ notes }: NoteDependencies, request: FastifyRequest, reply: FastifyReply): object {
  const commits = isFields(request.query) ? request.query["commits"] : undefined;
  if (typeof commits !== "string") {
    throw new HttpError("invalid_request", "commits: expected a comma-separated list of hex ids");
  }
  const wanted = commits.split(",").filter((commit) => commit !== "");
  if (wanted.length > maxCommitsPerRead || wanted.some((commit) => !isHex(commit))) {
    throw new HttpError(
      "invalid_request",
      `commits: expected at most ${maxCommitsPerRead} ids of 4 to 64 hex digits`,
    );
  }
  const found = notes.get(principalOf(request).tenant, wanted);
  void reply.code(found.size === 0 ? 404 : 200);
  return { notes: Object.fromEntries(found) };
}

function isHex(commit: string): boolean {
  return isAddressed({ commit, content: "" });
}

function refuseOtherMethods(instance: FastifyInstance, url: string, allowed: "GET" | "POST"): void {
  const others = (["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const).filter(
    (method) => method !== allowed && !(allowed === "GET" && method === "HEAD"),
  );
  instance.route({
    method: [...others],
    url,
    config: { permission: "public" },
    handler: async (request) => {
      throw new HttpError("method_not_allowed", `expected ${allowed}, got ${request.method}`, {
        headers: { allow: allowed },
      });
    },
  });
}
