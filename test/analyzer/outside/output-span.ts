import type { Span } from "../../../core/model/telemetry.ts";
import { spanOf } from "../../helpers/otlp-records.ts";

/** A model call of the service `shop` that answered this. */
export function outputSpan(text: string): Span {
  const message = { role: "assistant", parts: [{ type: "text", content: text }] };
  return spanOf(
    {
      "gen_ai.operation.name": "chat",
      "gen_ai.output.messages": JSON.stringify([message]),
    },
    { resource: { attributes: new Map([["service.name", "shop"]]), schemaUrl: "" } },
  );
}
