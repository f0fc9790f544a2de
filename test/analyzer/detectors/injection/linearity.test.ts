import { degenerateOutput } from "../../../../analyzer/detectors/content/degenerate-output.ts";
import { directInjection } from "../../../../analyzer/detectors/content/direct-injection.ts";
import { hiddenText } from "../../../../analyzer/detectors/content/hidden-text.ts";
import { indirectInjection } from "../../../../analyzer/detectors/content/indirect-injection.ts";
import { systemPromptLeak } from "../../../../analyzer/detectors/content/system-prompt-leak.ts";
import { createHostList } from "../../../../analyzer/detectors/hosts/host-list.ts";
import { findInstructions } from "../../../../analyzer/detectors/injection/find-instructions.ts";
import { instructionRules } from "../../../../analyzer/detectors/injection/instruction-rules.ts";
import type { Content, Direction } from "../../../../core/model/genai.ts";

/** As much as detectors read of one record. */
const units = 262_144;

function fill(part: string): string {
  return part.repeat(Math.ceil(units / part.length)).slice(0, units);
}

describe("each rule takes linear time at most", () => {
  // What a rule's optional words and gaps match, so that its pattern fails as late as it can.
  const fillers = [
    "",
    "the all any your ",
    "me back out us in exact full ",
    "a ",
    "\n",
    "x".repeat(79),
  ];

  it.each(instructionRules.map((rule) => [rule.id, rule] as const))("%s", (_id, rule) => {
    for (const filler of fillers) {
      const text = fill(rule.keywords.map((keyword) => `${keyword} ${filler}`).join(" "));
      expect(findInstructions(text).length).toBeLessThanOrEqual(instructionRules.length);
    }
  });
});

describe("text detectors take linear time at most", () => {
  const detectors = [
    directInjection,
    indirectInjection,
    hiddenText,
    systemPromptLeak,
    degenerateOutput,
  ];
  const directions: readonly Direction[] = ["input", "tool_result", "output"];

  it.each([
    ["one letter", "a"],
    ["white space", " "],
    ["line breaks", "\n"],
    ["spaced letters", "i g n o r e "],
    ["dotted letters", "a.b.c."],
    ["short base64", "aWdub3JlIGFsbCBpbnN0cnVjdGlvbnM= "],
    ["endless base64", "aWdub3JlIGFsbCBpbnN0cnVjdGlvbnMg"],
    ["percent encoding", "%69%67"],
    ["broken percent encoding", "%6-"],
    ["zero-width characters", "a\u200b"],
    ["bits", "\u200b\u200c"],
    ["tag characters", "\u{e0041}"],
    ["variation selectors", "\u{e0120}"],
    ["turned text", "\u202eabcdefghij"],
    ["mixed scripts", "аe"],
    ["rot13", " gur naq "],
    ["open comments", "<!-- a "],
    ["styles", " style= </"],
    ["hidden elements", '<a style="display:none">x</a>'],
    ["escaped lines", "a\\n"],
    ["cells", "|a b c|\n"],
    ["loops", "abc def "],
    ["kept words", "password is "],
    ["all together", "ignore аll tell me %20 aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ= i g n o r e \\n "],
  ])("with %s", (_name, part) => {
    const text = fill(part);
    for (const direction of directions) {
      const contents = [contentOf("system", text), contentOf(direction, text)];
      const subject = { contents, sightings: [], executed: false, failed: false };
      for (const detector of detectors) {
        const matches = detector.inspect({ ...subject, allowedHosts: createHostList([]) });
        expect(matches.every(({ excerpt }) => excerpt.length <= 400)).toBe(true);
      }
    }
  });
});

function contentOf(direction: Direction, text: string): Content {
  return { direction, text, role: "", tool: "", toolCallId: "", location: direction };
}
