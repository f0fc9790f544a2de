import type { Direction } from "../../core/model/genai.ts";

const directions = [
  "input",
  "output",
  "tool_call",
  "tool_result",
  "retrieved",
  "tool_definition",
  "system",
  "command",
  "code",
  "package",
] as const;

type RowDirection = Direction | "command" | "code";

/** One row of the `scan` verb in any of its shapes. */
export type ScanRow =
  | {
      readonly shape: "text";
      readonly id: unknown;
      readonly direction: RowDirection;
      readonly text: string;
      readonly tool: string;
    }
  | {
      readonly shape: "package";
      readonly id: unknown;
      readonly name: string;
      readonly ecosystem: string;
    }
  | {
      readonly shape: "messages";
      readonly id: unknown;
      readonly messages: readonly unknown[];
      readonly systemInstructions: unknown;
      readonly tools: readonly unknown[];
    }
  | {
      readonly shape: "stream";
      readonly id: unknown;
      readonly stream: "queries" | "feedback";
      readonly events: readonly unknown[];
    };

export interface ScanRowError {
  readonly shape: "error";
  /** `null` where the row has none that can be read. */
  readonly id: unknown;
  readonly error: string;
}

/** Reads one line; anything that is no row gives an error that says what was expected. */
export function parseScanRow(line: string): ScanRow | ScanRowError {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    return fail(null, "expected one JSON object on the line");
  }
  if (typeof row !== "object" || row === null || Array.isArray(row)) {
    return fail(null, "expected a JSON object");
  }
  const fields = row as Readonly<Record<string, unknown>>;
  const id = fields["id"] ?? null;
  if (typeof id !== "string" && typeof id !== "number") {
    return fail(id, "expected an id that is a string or a number");
  }
  if ("stream" in fields) {
    return parseStream(id, fields);
  }
  return "messages" in fields ? parseMessages(id, fields) : parseText(id, fields);
}

type Fields = Readonly<Record<string, unknown>>;

function parseText(id: unknown, fields: Fields): ScanRow | ScanRowError {
  const { direction, text, ecosystem, tool } = fields;
  const known = directions.find((name) => name === direction);
  if (known === undefined) {
    return fail(
      id,
      `expected a direction of ${directions.join(", ")}, got ${JSON.stringify(direction)}`,
    );
  }
  if (typeof text !== "string") {
    return fail(id, `expected text that is a string, got ${typeof text}`);
  }
  if (known === "package") {
    return {
      shape: "package",
      id,
      name: text,
      ecosystem: typeof ecosystem === "string" ? ecosystem : "",
    };
  }
  return { shape: "text", id, direction: known, text, tool: typeof tool === "string" ? tool : "" };
}

function parseMessages(id: unknown, fields: Fields): ScanRow | ScanRowError {
  const { messages, systemInstructions, tools } = fields;
  if (!Array.isArray(messages)) {
    return fail(id, "expected messages that are a list");
  }
  if (messages.some((message) => typeof message !== "object" || message === null)) {
    return fail(id, "expected every message to be an object");
  }
  return {
    shape: "messages",
    id,
    messages,
    systemInstructions,
    tools: Array.isArray(tools) ? tools : [],
  };
}

function parseStream(id: unknown, fields: Fields): ScanRow | ScanRowError {
  const { stream, events } = fields;
  if (stream !== "queries" && stream !== "feedback") {
    return fail(id, `expected a stream of queries or feedback, got ${JSON.stringify(stream)}`);
  }
  if (!Array.isArray(events)) {
    return fail(id, "expected events that are a list");
  }
  return { shape: "stream", id, stream, events };
}

function fail(id: unknown, error: string): ScanRowError {
  return { shape: "error", id, error };
}
