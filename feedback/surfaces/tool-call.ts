/** One stored tool call, as the back-test replays it. */
export interface ToolCall {
  readonly traceId: string;
  readonly spanId: string;
  readonly session: string;
  readonly service: string;
  /** `gen_ai.tool.name`; attacker-written. */
  readonly tool: string;
  /** JSON object of the call's masked arguments that rules look at; attacker-written. */
  readonly arguments: string;
}

/** The call's arguments if they are a JSON object, else empty. */
export function parseArguments(call: ToolCall): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(call.arguments);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return new Map(isObject ? Object.entries(value) : []);
  } catch {
    return new Map();
  }
}
