import { combinedScore, findInstructions } from "../detectors/injection/find-instructions.ts";
import type { InspectedSpan } from "../inspect/inspector.ts";
import { leastInstructionScore } from "./detectors/injection-followed-by-action.ts";

/**
 * Whether a span makes its trace worth reading back from the store. Trace detectors follow what
 * a tool result or document brought in: a secret, which is a detection of its own, or an
 * instruction, which may be too faint to be one. Reading every trace back would cost as much as
 * storing it.
 */
export function isSuspect({ genAi, detections }: InspectedSpan): boolean {
  return (
    detections.length > 0 ||
    (genAi?.contents.some(
      ({ direction, text }) =>
        (direction === "tool_result" || direction === "retrieved") &&
        combinedScore(findInstructions(text)) >= leastInstructionScore,
    ) ??
      false)
  );
}
