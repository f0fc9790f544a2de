import { actorOf } from "../../../analyzer/ingest/actor-of.ts";
import type { AttributeValue, Span } from "../../../core/model/telemetry.ts";
import { plainSpan } from "../../helpers/plain-span.ts";

function spanOf(service: string, more: Record<string, AttributeValue> = {}): Span {
  const attributes = new Map<string, AttributeValue>([
    ["service.name", service],
    ...Object.entries(more),
  ]);
  return plainSpan(1, { resource: { attributes, schemaUrl: "" } });
}

it("is the coding agent that wrote the record", () => {
  expect(actorOf(spanOf("claude-code"), null)).toEqual({ kind: "agent", id: "claude-code" });
});

it("is whom the record names before that", () => {
  const span = spanOf("claude-code", { "service_account.id": "deployer" });
  expect(actorOf(span, null)).toEqual({ kind: "service_account", id: "deployer" });
});

it("is nobody where nobody is named", () => {
  expect(actorOf(spanOf("shop"), null).kind).toBe("");
});
