import type { Content, Direction } from "../../core/model/genai.ts";

/** Where messages came from and what their plain text stands for. */
export interface MessageSource {
  readonly location: string;
  /** Messages sent to the model, or what it answered. */
  readonly side: "input" | "output";
}

/** One content with the fields that are known; the others are empty. */
export function content(
  direction: Direction,
  text: string,
  rest: Partial<Omit<Content, "direction" | "text">> & { readonly location: string },
): Content {
  const { role = "", tool = "", toolCallId = "", location } = rest;
  return { direction, role, text, tool, toolCallId, location };
}

/** Text without a role of its own. */
export function plainContent(text: string, { side, location }: MessageSource): Content {
  const role = side === "input" ? "user" : "assistant";
  return { direction: side, role, text, tool: "", toolCallId: "", location };
}
