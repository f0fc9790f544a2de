import type { OutsideDetector } from "../../core/config/outside-config.ts";
import { OutsideReply, type OutsideRequest } from "./outside-message.ts";

const maxReplyBytes = 256 * 1024;

/** Why an answer could not be had; a closed set, as it labels a metric. */
export type AskFailure = "failed" | "timeout" | "status" | "invalid";

export class AskError extends Error {
  override readonly name = "AskError";
  readonly failure: AskFailure;
  constructor(failure: AskFailure, cause?: unknown) {
    super(`the outside detector did not answer: ${failure}`, { cause });
    this.failure = failure;
  }
}

/** What asking depends on beside the detector. */
export interface AskContext {
  readonly env: NodeJS.ProcessEnv;
  /** Gives up every question. */
  readonly stopping: AbortSignal;
}

/**
 * One question to one detector. Redirects are not followed: contents go to the configured
 * address and nowhere else.
 *
 * @throws AskError
 */
export async function askDetector(
  { url, tokenEnv, timeoutMs }: Pick<OutsideDetector, "url" | "tokenEnv" | "timeoutMs">,
  request: OutsideRequest,
  { env, stopping }: AskContext,
): Promise<OutsideReply> {
  const token = tokenEnv === "" ? undefined : env[tokenEnv];
  try {
    const answer = await fetch(url, {
      method: "POST",
      redirect: "error",
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), stopping]),
      headers: {
        "content-type": "application/json",
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(request),
    });
    if (answer.status !== 200) {
      await answer.body?.cancel();
      throw new AskError("status");
    }
    return readReply(await boundedText(answer));
  } catch (error) {
    if (error instanceof AskError) {
      throw error;
    }
    throw new AskError(isTimeout(error) ? "timeout" : "failed", error);
  }
}

function isTimeout(error: unknown): boolean {
  return typeof error === "object" && error !== null && "name" in error
    ? error.name === "TimeoutError"
    : false;
}

async function boundedText(answer: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    size += part.length;
    if (size > maxReplyBytes) {
      throw new AskError("invalid");
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function readReply(text: string): OutsideReply {
  try {
    return OutsideReply.parse(JSON.parse(text));
  } catch (error) {
    throw new AskError("invalid", error);
  }
}
