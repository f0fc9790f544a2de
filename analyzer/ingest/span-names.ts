import type { InspectedSpan } from "../inspect/inspector.ts";
import { promptFingerprint } from "../normalize/prompt-fingerprint.ts";
import { type ResourceFacts, resourceFacts } from "./resource-facts.ts";

/** The names by which the series of a span are told apart; empty where it says nothing. */
export interface SpanNames extends ResourceFacts {
  readonly operation: string;
  readonly requestModel: string;
  readonly responseModel: string;
  readonly agent: string;
  readonly tool: string;
  /** Fingerprint of the system prompt and the tools. */
  readonly prompt: string;
}

/** The names as the sender wrote them. */
export function spanNames({ span, genAi }: Pick<InspectedSpan, "span" | "genAi">): SpanNames {
  const { service, environment, version } = resourceFacts(span.resource);
  return {
    service,
    environment,
    version,
    operation: genAi?.operation ?? "",
    requestModel: genAi?.requestModel ?? "",
    responseModel: genAi?.responseModel ?? "",
    agent: genAi?.agent ?? "",
    tool: genAi?.tool ?? "",
    prompt: genAi === null ? "" : promptFingerprint(genAi),
  };
}
