import type { AttributeMap, AttributeValue } from "../model/telemetry.ts";

interface EventNameSources {
  /** The `event_name` field of the record. */
  readonly field: string;
  readonly attributes: AttributeMap;
  readonly scopeName: string;
  readonly body: AttributeValue;
}

/**
 * The one event name of a log record: its own field, else the attribute `event.name` (older
 * SDKs, coding agents), else the body text of Cursor's telemetry, which has neither.
 */
export function eventName({ field, attributes, scopeName, body }: EventNameSources): string {
  if (field !== "") {
    return field;
  }
  const attribute = attributes.get("event.name");
  if (typeof attribute === "string" && attribute !== "") {
    return attribute;
  }
  return scopeName === "cursor.telemetry" && typeof body === "string" ? body : "";
}
