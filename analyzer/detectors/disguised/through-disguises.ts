import type { Content } from "../../../core/model/genai.ts";
import type { ContentDetector, ContentMatch } from "../content/content-detector.ts";
import { createViewCheck, hiddenViews } from "./recent-views.ts";

const hidesText = createViewCheck(hiddenViews);

/**
 * A detector that also reads what a plain reading does not show: text behind invisible
 * characters, look-alike letters and one layer of encoding. What it finds there lies in the
 * range of the carrier. Costs nothing for contents without a disguise.
 */
export function throughDisguises(detector: ContentDetector): ContentDetector {
  return {
    ...detector,
    inspect(subject) {
      const found = detector.inspect(subject);
      if (!hidesText(subject.contents)) {
        return found;
      }
      const seen = new Set(found.map(({ rule, contentIndex }) => `${contentIndex} ${rule}`));
      for (const [index, content] of subject.contents.entries()) {
        for (const match of hiddenIn(content, (read) =>
          detector.inspect({ ...subject, contents: [read] }),
        )) {
          const key = `${index} ${match.rule}`;
          if (!seen.has(key)) {
            seen.add(key);
            found.push({ ...match, contentIndex: index });
          }
        }
      }
      return found;
    },
  };
}

const none: ContentMatch[] = [];

function hiddenIn(content: Content, inspect: (read: Content) => ContentMatch[]): ContentMatch[] {
  const views = hiddenViews(content.text);
  if (views.length === 0) {
    return none;
  }
  return views.flatMap(({ text, start, end }) =>
    inspect({ ...content, text })
      .filter(({ contentIndex }) => contentIndex === 0)
      .map((match) => ({ ...match, start, end })),
  );
}
