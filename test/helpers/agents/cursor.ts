import type { AttributeValue, LogRecord } from "../../../core/model/telemetry.ts";
import { agentLog, sender } from "./agent-records.ts";

const server = sender(
  {
    "service.name": "cursor",
    "service.version": "1.16.5",
    "cursor.team.id": 4242,
    "cursor.surface": "cli",
    "cursor.entrypoint": "cli",
    "cursor.user.id": 77,
  },
  "cursor.telemetry",
  "0.1.0",
);

export const cursorSession = "11111111-2222-3333-4444-555555555555";

/** An event as Cursor writes it: its name is the body. */
export function cursorEvent(
  body: string,
  second: number,
  attributes: Readonly<Record<string, AttributeValue>> = {},
): LogRecord {
  return agentLog(
    server,
    second,
    { eventName: body, body },
    {
      "cursor.event.id": `customer-telemetry:v1:${body}-${second}`,
      "cursor.source_event.id": `source-${second}`,
      "cursor.conversation.id": cursorSession,
      ...attributes,
    },
  );
}

export function cursorRequest(second: number): LogRecord {
  return cursorEvent("api_request", second, {
    "cursor.usage_event.id": `usage-${second}`,
    "cursor.model.name": "claude-4.5-sonnet",
    "cursor.api.request.input_tokens": 100,
    "cursor.api.request.output_tokens": 200,
    "cursor.api.request.cache_read_tokens": 50,
    "cursor.api.request.cache_creation_tokens": 10,
    "cursor.api.billable": true,
  });
}
