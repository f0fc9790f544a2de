import type { Dialect } from "../dialect.ts";
import { otelFields, otelReferences } from "./otel.ts";

/**
 * The Model Context Protocol's spans (OpenTelemetry `mcp.*`): what one side of the protocol saw
 * of a call. The application's own `execute_tool` span often stands above and says the same;
 * `repeatedSpans` finds these. Where the instrumentation knew of that span it added these
 * attributes to it, and the span stays the tool's own.
 *
 * Other methods get their own operation, such as `mcp.resources/read`: they are no model calls,
 * so tokens that stand there are nobody's.
 */
export const mcp: Dialect = {
  id: "mcp",
  marks: ["mcp.method.name"],
  // `mcp.session.id` is no conversation: a client keeps it open over many.
  fields: otelFields,
  references: otelReferences,
  adjust: (draft, { attributes, spanName }) => {
    const method = attributes.get("mcp.method.name");
    if (method === "tools/call") {
      draft.operation = "execute_tool";
    } else if (draft.operation === "" && typeof method === "string") {
      draft.operation = `mcp.${method.slice(0, 48)}`;
    }
    if (spanName.startsWith("execute_tool")) {
      draft.convention = "otel/g2";
    }
  },
};
