/** What a URL carries beyond an address. */
export interface CarriedData {
  readonly host: string;
  /** Decoded text that looks like data, or empty. */
  readonly data: string;
  /** How sure, 0 to 1. */
  readonly score: number;
}

const telling =
  /^(?:data|info|secret|token|key|password|pass|pwd|leak|exfil|stolen|conversation|history|summary|prompt|context|content|message|msg|text|payload|cookie|session|email|user|q|d)$/i;

/** A mask of the redactor: a secret stood here. */
export const maskedSecret = /\*{4}[A-Za-z0-9]{0,4}(?:~[0-9a-f]{6})?/;

/** Reads a URL for data in its query, its path or its host name; `null` if it is no URL. */
export function carriedData(url: string): CarriedData | null {
  const parsed = parse(url.startsWith("//") ? `https:${url}` : url);
  if (parsed === null) {
    return null;
  }
  const host = parsed.hostname;
  let best = { data: "", score: 0 };
  for (const [name, value] of parsed.searchParams) {
    best = better(best, judgeValue(name, value));
  }
  for (const segment of decode(parsed.pathname).split("/")) {
    best = better(best, judgeSegment(segment));
  }
  for (const label of host.split(".").slice(0, -2)) {
    best = better(
      best,
      label.length >= 30 && /\d/.test(label) ? { data: label, score: 0.8 } : best,
    );
  }
  return { host, ...best };
}

type Judged = Pick<CarriedData, "data" | "score">;

const nothing: Judged = { data: "", score: 0 };

function better(a: Judged, b: Judged): Judged {
  return b.score > a.score ? b : a;
}

function judgeValue(name: string, value: string): Judged {
  const isTelling = telling.test(name);
  if (maskedSecret.test(value)) {
    return { data: value, score: 0.97 };
  }
  if (/^[[{<][\w .-]{1,40}[\]}>]$/.test(value)) {
    return { data: value, score: 0.85 };
  }
  if (/\S+@\S+\.\S+/.test(value)) {
    return { data: value, score: 0.85 };
  }
  if (value.trim().split(/\s+/).length >= 4) {
    return { data: value, score: 0.8 };
  }
  if (
    value.length >= 24 &&
    /^[\w+/=-]+$/.test(value) &&
    /\d/.test(value) &&
    /[A-Za-z]/.test(value)
  ) {
    return { data: value, score: isTelling ? 0.8 : 0.55 };
  }
  return isTelling && value.length >= 3 ? { data: value, score: 0.6 } : nothing;
}

function judgeSegment(segment: string): Judged {
  if (maskedSecret.test(segment)) {
    return { data: segment, score: 0.97 };
  }
  const assigned = /^[\w-]{1,40}=(.{3,})$/.exec(segment);
  if (assigned?.[1] !== undefined && /@|[[{]|\s|\d{4}/.test(assigned[1])) {
    return { data: segment, score: 0.85 };
  }
  if (/^[^@\s]{2,}@[\w-]+\.[\w.]+/.test(segment) && !segment.startsWith("@")) {
    return { data: segment, score: 0.7 };
  }
  const encoded = segment.length >= 60 && /^[\w+=-]+$/.test(segment) && /\d/.test(segment);
  return encoded && /[A-Z]/.test(segment) ? { data: segment, score: 0.5 } : nothing;
}

function parse(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
