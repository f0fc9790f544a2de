interface MarkupText {
  readonly text: string;
  readonly start: number;
}

/** Texts looked at of one record, and units of one text. */
const most = 32;
const mostTags = 400;
const longest = 1000;

/** What stands in HTML comments. */
export function commentsOf(text: string): MarkupText[] {
  const found: MarkupText[] = [];
  let open = text.indexOf("<!--");
  while (open >= 0 && found.length < most) {
    const start = open + 4;
    const close = text.indexOf("-->", start);
    const end = Math.min(close < 0 ? text.length : close, start + longest);
    found.push({ text: text.slice(start, end), start });
    open = text.indexOf("<!--", end);
  }
  return found;
}

/** Ways of style sheets to show nothing, inside a `style` attribute. */
const unseen =
  /(?:display\s{0,4}:\s{0,4}none|visibility\s{0,4}:\s{0,4}hidden|font-size\s{0,4}:\s{0,4}0(?![.\d]*[1-9])|opacity\s{0,4}:\s{0,4}0(?![.\d]*[1-9])|color\s{0,4}:\s{0,4}(?:#fff(?:fff)?|white|transparent)\b|(?:left|top|text-indent)\s{0,4}:\s{0,4}-\d{3,5}px|(?:width|height)\s{0,4}:\s{0,4}0(?:px)?\s{0,4}(?:;|["']|$))/i;

/** What stands in elements whose `style` hides them, or that are marked `hidden`. */
export function invisibleElementsOf(text: string): MarkupText[] {
  const found: MarkupText[] = [];
  let tag = text.includes("</") ? nextTag(text, 0) : -1;
  for (let tags = 0; tag >= 0 && tags < mostTags && found.length < most; tags += 1) {
    const close = text.indexOf(">", tag);
    const end = close < 0 ? text.length : close;
    const attributes = text.slice(text.lastIndexOf("<", tag), Math.min(end, tag + longest));
    if (close >= 0 && (unseen.test(attributes) || /\shidden(?:[\s=/]|$)/i.test(attributes))) {
      const start = close + 1;
      const next = text.indexOf("<", start);
      const until = Math.min(next < 0 ? text.length : next, start + longest);
      found.push({ text: text.slice(start, until), start });
    }
    tag = nextTag(text, end);
  }
  return found;
}

/** Where the next `style=` or ` hidden` stands. */
function nextTag(text: string, from: number): number {
  const style = text.indexOf("style=", from);
  const hidden = text.indexOf(" hidden>", from);
  if (style < 0 || hidden < 0) {
    return Math.max(style, hidden);
  }
  return Math.min(style, hidden);
}
