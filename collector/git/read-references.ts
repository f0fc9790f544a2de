import { type Trailer, trailerValues } from "./read-trailers.ts";

/** The pull or merge request a commit message names, as GitHub, Gitea and GitLab write it. */
export function readPullRequest(message: string): string {
  const subject = message.split("\n", 1)[0] ?? "";
  return (
    /^Merge pull request #(\d+)\b/.exec(subject)?.[1] ??
    /\(#(\d+)\)\s*$/.exec(subject)?.[1] ??
    /^See merge request \S*!(\d+)\s*$/m.exec(message)?.[1] ??
    ""
  );
}

const intentKeys = ["intent", "issue", "closes", "fixes", "resolves", "implements", "refs"];

/**
 * The issue or design a commit follows: a trailer, in the order of `intentKeys`, else the first
 * tracker id such as `ISSUE-9`, else `Closes #12` in the text.
 */
export function readIntent(message: string, trailers: readonly Trailer[]): string {
  for (const key of intentKeys) {
    const value = trailerValues(trailers, key)[0];
    if (value !== undefined && value !== "") {
      return value;
    }
  }
  return (
    [...message.matchAll(/\b([A-Z][A-Z0-9]{1,9})-\d{1,7}\b/g)].find(
      ([, prefix]) => !standards.has(prefix ?? ""),
    )?.[0] ??
    /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|refs?)\s+(#\d+)\b/i.exec(message)?.[1] ??
    ""
  );
}

/** Prefixes that look like tracker ids and name standards, encodings or advisories. */
const standards = new Set(["CVE", "CWE", "GHSA", "ISO", "RFC", "SHA", "UTF", "AES", "MD", "PEP"]);
