import type { FastifyInstance, FastifyReply } from "fastify";
import type { Logger } from "../log.ts";
import { errorKinds, toHttpError } from "./http-error.ts";
import type { RenderError } from "./render-problem.ts";

/** Answers every error of the instance's routes through `render`; unexpected ones are logged. */
export function handleErrors(instance: FastifyInstance, render: RenderError, logger: Logger): void {
  instance.setErrorHandler(async (thrown, request, reply) => {
    const error = toHttpError(thrown);
    if (error.kind === "internal") {
      logger.error(
        { method: request.method, route: request.routeOptions.url, ...withoutMessage(error.cause) },
        "Request failed unexpectedly",
      );
    }
    const rendered = render(error, request.headers["content-type"]);
    const { contentType, body, status = errorKinds[error.kind].status } = rendered;
    reply
      .code(status)
      .headers(error.headers)
      .headers({ ...rendered.headers })
      .type(contentType);
    if (body.length === 0) {
      endWithHeaders(reply);
    } else {
      await reply.send(typeof body === "string" ? body : Buffer.from(body));
    }
  });
}

/** The headers end the answer, in their own frame in HTTP/2: gRPC asks for that. */
function endWithHeaders(reply: FastifyReply): void {
  reply.hijack();
  const { raw } = reply;
  raw.statusCode = reply.statusCode;
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    raw.setHeader(name, value ?? "");
  }
  raw.end();
}

/** The place of an error. Its message may quote what a caller sent, which never reaches a log. */
export function withoutMessage(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) {
    return { errorName: typeof error };
  }
  return {
    errorName: error.name,
    errorCode: "code" in error ? String(error.code) : undefined,
    stack: error.stack?.split("\n").filter((line) => /^\s+at /.test(line)),
  };
}
