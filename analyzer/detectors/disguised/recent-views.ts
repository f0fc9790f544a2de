import type { Content } from "../../../core/model/genai.ts";
import { decodedViews } from "../../scan/decode-text.ts";
import type { DecodedView } from "../../scan/decoded-view.ts";
import { remember } from "../../scan/remember.ts";

const none: readonly DecodedView[] = [];

/** What a text hides, escapes aside, which are undone when a record is read. */
export const hiddenViews: (text: string) => readonly DecodedView[] = remember((text) => {
  const all = decodedViews(text);
  return all.length === 0 ? none : all.filter(({ encoding }) => encoding !== "unescaped");
});

/**
 * Whether any of a record's contents has a view. The answer for the last record is kept: its
 * detectors ask one after the other, and nearly always it is no.
 */
export function createViewCheck(
  viewsOf: (text: string) => readonly DecodedView[],
): (contents: readonly Content[]) => boolean {
  let last: readonly Content[] = [];
  let answer = false;
  return (contents) => {
    if (contents !== last) {
      answer = contents.some(({ text }) => viewsOf(text).length > 0);
      last = contents;
    }
    return answer;
  };
}
