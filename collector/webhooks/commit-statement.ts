import { changeTextLimits as limits } from "../changes/change-limits.ts";
import type { Fields } from "../changes/read-fields.ts";
import { cutFiles, cutText } from "../git/cut-visibly.ts";
import { readIntent, readPullRequest } from "../git/read-references.ts";
import { readSession } from "../git/read-session.ts";
import { readTrailers } from "../git/read-trailers.ts";
import { itemsAt, textAt, timeAt } from "./payload.ts";

/**
 * A commit as the three forges write it in a push: `id`, `message`, `timestamp`, `author`, and
 * the paths that were `added`, `modified` and `removed`. Its session is read from the trailers.
 */
export function commitStatement(commit: unknown, repositoryUrl: string): Fields {
  const message = cutText(textAt(commit, "message"));
  const author = signatureOf(textAt(commit, "author", "name"), textAt(commit, "author", "email"));
  return {
    kind: "commit",
    revision: textAt(commit, "id"),
    time: timeAt(commit, "timestamp"),
    repository: repositoryUrl,
    author,
    message,
    files: filesOf(commit),
    pullRequest: readPullRequest(message),
    ...authorshipOf(message, author),
  };
}

/** Session and intent that a message and its author give away. */
export function authorshipOf(message: string, author: string): Fields {
  const trailers = readTrailers(message);
  const session = readSession({ trailers, author, noted: null, checkpoint: null });
  return {
    intent: readIntent(message, trailers).slice(0, limits.intent),
    session,
  };
}

/** `Name <email>`, as git writes authors. */
export function signatureOf(name: string, email: string): string {
  return (email === "" ? name : `${name} <${email}>`.trim()).slice(0, limits.author);
}

function filesOf(commit: unknown): readonly string[] {
  const paths = ["added", "modified", "removed"]
    .flatMap((list) => itemsAt(commit, list))
    .filter((path) => typeof path === "string");
  return cutFiles([...new Set(paths)].toSorted());
}
