import type { FastifyInstance, FastifyRequest } from "fastify";
import { principalOf } from "../../core/auth/principal.ts";
import { handleErrors } from "../../core/http/handle-errors.ts";
import { HttpError } from "../../core/http/http-error.ts";
import { renderProblem } from "../../core/http/render-problem.ts";
import { mediaType } from "../media-type.ts";
import { parseJson } from "../parse-json.ts";
import { RefusedUpload } from "../refused-upload.ts";
import { acceptUploads, takeUpload, type UploadDependencies } from "../take-upload.ts";
import { type ChangesAnswer, queueChanges } from "./queue-changes.ts";
import { type ChangeForm, changeMediaTypes, readChanges } from "./read-changes.ts";
import { type Fields, isFields } from "./read-fields.ts";

const url = "/v1/changes";

/** `POST /v1/changes`: change events in every form of `changeMediaTypes`; 202 once durable. */
export function changeRoutes(dependencies: UploadDependencies) {
  return async (instance: FastifyInstance): Promise<void> => {
    handleErrors(instance, renderProblem, dependencies.logger);
    acceptUploads(instance, dependencies, () => "changes");
    instance.post(url, { config: { permission: "ingest" } }, async (request, reply) => {
      const answer = await receive(dependencies, request);
      return reply.code(202).send(answer);
    });
    instance.route({
      method: ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"],
      url,
      config: { permission: "public" },
      handler: async (request) => {
        throw new HttpError("method_not_allowed", `expected POST, got ${request.method}`, {
          headers: { allow: "POST" },
        });
      },
    });
  };
}

async function receive(
  dependencies: UploadDependencies,
  request: FastifyRequest,
): Promise<ChangesAnswer> {
  const { clock, config } = dependencies;
  return takeUpload(dependencies, request, "changes", async (readBody) => {
    const { headers } = request;
    const form = readForm(headers["content-type"]);
    const body = parseJson((await readBody()).decompressed);
    const { tenant } = principalOf(request);
    const now = clock.now();
    const read = readChanges({ form, headers, query: queryOf(request), body }, tenant, now, config);
    return queueChanges(dependencies, { ...read, tenant, receivedAtUnixMs: now });
  });
}

/** What the URL says; fastify's parser gives an object of texts. */
function queryOf({ query }: FastifyRequest): Fields {
  return isFields(query) ? query : {};
}

function readForm(contentType: string | undefined): ChangeForm {
  const type = mediaType(contentType);
  const form = Object.entries(changeMediaTypes).find(([known]) => known === type)?.[1];
  if (form === undefined) {
    throw new RefusedUpload(
      "unsupported_media_type",
      `expected Content-Type ${Object.keys(changeMediaTypes).join(", ")}, got ${type.slice(0, 80) || "none"}`,
    );
  }
  return form;
}
