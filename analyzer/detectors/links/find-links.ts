/** A link in markup, and whether a client loads it without being asked. */
export interface MarkupLink {
  readonly url: string;
  readonly kind: "image" | "link";
  readonly start: number;
  readonly end: number;
}

const inline = /(!?)\[[^\]\n]{0,120}\]\(\s{0,4}<?((?:https?:)?\/\/[^\s)<>]{1,4000})/gi;
const reference = /(!?)\[([^\]\n]{0,200})\]\[([^\]\n]{0,200})\]/g;
const definition =
  /(?:^|\n)[ \t]{0,3}\[([^\]\n]{1,200})\]:[ \t]{0,8}<?((?:https?:)?\/\/[^\s<>]{1,4000})/gi;
const html =
  /<(img|image|iframe|video|audio|source|link|script|embed|object|a|form)\b[^<>]{0,400}?\b(?:src|href|srcset|data|action|poster)\s{0,4}=\s{0,4}["']?((?:https?:)?\/\/[^\s"'<>]{1,4000})/gi;
const css = /\burl\(\s{0,4}["']?((?:https?:)?\/\/[^\s"')]{1,4000})/gi;

/** Links and images of Markdown (reference style too), HTML and CSS, in order of kind. */
export function findLinks(text: string): MarkupLink[] {
  if (!text.includes("//")) {
    return [];
  }
  const links: MarkupLink[] = [];
  for (const match of text.matchAll(inline)) {
    links.push(link(match, match[2], match[1] === "!"));
  }
  if (text.includes("]:")) {
    links.push(...referenceLinks(text));
  }
  if (text.includes("<")) {
    for (const match of text.matchAll(html)) {
      links.push(link(match, match[2], !/^(?:a|form)$/i.test(match[1] ?? "")));
    }
  }
  if (text.includes("url(")) {
    for (const match of text.matchAll(css)) {
      links.push(link(match, match[1], true));
    }
  }
  return links;
}

function referenceLinks(text: string): MarkupLink[] {
  const images = new Set<string>();
  for (const match of text.matchAll(reference)) {
    if (match[1] === "!") {
      images.add((match[3] ?? "").toLowerCase()).add((match[2] ?? "").toLowerCase());
    }
  }
  return [...text.matchAll(definition)].map((match) =>
    link(match, match[2], images.has((match[1] ?? "").toLowerCase())),
  );
}

function link(match: RegExpMatchArray, url: string | undefined, isImage: boolean): MarkupLink {
  const start = match.index ?? 0;
  const kind = isImage ? "image" : "link";
  return { url: url ?? "", kind, start, end: start + match[0].length };
}
