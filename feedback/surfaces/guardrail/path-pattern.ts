/**
 * Whether a path matches the pattern of a `Read(…)` or `Edit(…)` rule (gitignore's rules):
 * `*` and `?` stay within a segment, `**` crosses them, a pattern without a slash matches at
 * any depth, and a matched folder covers what is below it. `//` starts an absolute path, `~/` one in the
 * home folder, `/` one below the settings file; the rest is relative to the working folder.
 *
 * Runs in O(pattern · path) and never builds a regular expression.
 */
export function matchesPath(pattern: string, path: string): boolean {
  const wanted = normalized(pattern);
  const given = normalizedPath(path);
  if (wanted.root !== given.root) {
    return false;
  }
  const floating = wanted.segments.length === 1 && !wanted.anchored;
  const prefix = floating ? ["**", ...wanted.segments] : wanted.segments;
  return matchesSegments([...prefix, "**"], given.segments);
}

interface Normalized {
  readonly root: "absolute" | "home" | "project";
  readonly anchored: boolean;
  readonly segments: readonly string[];
}

function normalized(pattern: string): Normalized {
  if (pattern.startsWith("//")) {
    return { root: "absolute", anchored: true, segments: segmentsOf(pattern) };
  }
  if (pattern.startsWith("~/")) {
    return { root: "home", anchored: true, segments: segmentsOf(pattern.slice(2)) };
  }
  const anchored = pattern.startsWith("/") || pattern.startsWith("./");
  return { root: "project", anchored, segments: segmentsOf(pattern) };
}

function normalizedPath(path: string): Normalized {
  if (path.startsWith("/")) {
    return { root: "absolute", anchored: true, segments: segmentsOf(path) };
  }
  if (path.startsWith("~/")) {
    return { root: "home", anchored: true, segments: segmentsOf(path.slice(2)) };
  }
  return { root: "project", anchored: true, segments: segmentsOf(path) };
}

/** Segments with `.` dropped and `..` resolved, so that `a/../.env` is `.env`. */
function segmentsOf(path: string): string[] {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") {
      segments.pop();
    } else if (segment !== "" && segment !== ".") {
      segments.push(segment);
    }
  }
  return segments;
}

/** Dynamic programming over pattern and path segments; `**` stands for any number of them. */
function matchesSegments(pattern: readonly string[], path: readonly string[]): boolean {
  let reachable = new Set([0]);
  for (const wanted of pattern) {
    const next = new Set<number>();
    for (const at of reachable) {
      for (const to of wanted === "**" ? upTo(at, path.length) : oneStep(wanted, path, at)) {
        next.add(to);
      }
    }
    reachable = next;
  }
  return reachable.has(path.length);
}

function upTo(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function oneStep(wanted: string, path: readonly string[], at: number): number[] {
  const segment = path[at];
  return segment !== undefined && matchesWildcard(wanted, segment) ? [at + 1] : [];
}

/** `*` for any run of characters, `?` for one; greedy with one point to come back to. */
export function matchesWildcard(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (pattern[p] === "*") {
      star = p++;
      mark = t;
    } else if (p < pattern.length && (pattern[p] === text[t] || pattern[p] === "?")) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(p));
}
