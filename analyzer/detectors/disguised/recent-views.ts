import { decodedViews } from "../../scan/decode-text.ts";
import type { DecodedView } from "../../scan/decoded-view.ts";

/** Contents of a record that are remembered; each detector goes through all of them in turn. */
const mostRecent = 8;
const recent: { readonly text: string; readonly views: readonly DecodedView[] }[] = [];
const none: readonly DecodedView[] = [];

/** What a text hides, escapes aside, which are undone when a record is read. */
export function hiddenViews(text: string): readonly DecodedView[] {
  const known = recent.find((entry) => entry.text === text);
  if (known !== undefined) {
    return known.views;
  }
  const all = decodedViews(text);
  const views = all.length === 0 ? none : all.filter(({ encoding }) => encoding !== "unescaped");
  recent.push({ text, views });
  if (recent.length > mostRecent) {
    recent.shift();
  }
  return views;
}
