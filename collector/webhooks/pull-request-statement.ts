import { changeTextLimits as limits } from "../changes/change-limits.ts";
import type { Fields } from "../changes/read-fields.ts";
import { cutText } from "../git/cut-visibly.ts";
import { authorshipOf } from "./commit-statement.ts";

/** What the forges say about a pull or merge request, in one vocabulary. */
export interface PullRequestFacts {
  /** Its page; the id of the change. */
  readonly url: string;
  readonly number: string;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly state: "open" | "draft" | "merged" | "closed";
  /** When the event happened, RFC 3339. */
  readonly time: string;
  readonly headRef: string;
  readonly headRevision: string;
  readonly baseRef: string;
  readonly mergeRevision: string;
  readonly mergedBy: string;
}

export interface ReviewFacts {
  readonly reviewer: string;
  readonly state: "approved" | "changes_requested" | "commented" | "dismissed";
  readonly time: string;
  readonly revision: string;
}

/**
 * The change for a pull request, and for its merge commit the statement of which request it
 * came through: a squash keeps no other trace of that.
 */
export function pullRequestStatements(
  facts: PullRequestFacts,
  repositoryUrl: string,
  review: ReviewFacts | null,
): readonly Fields[] {
  const { url, number, title, author, state, time, mergeRevision } = facts;
  const isMerged = state === "merged" && mergeRevision !== "";
  const message = cutText(`${title}\n\n${facts.body}`.trim());
  const { headRef, headRevision, baseRef, mergedBy } = facts;
  const request = {
    kind: "pull_request",
    id: url,
    time,
    repository: repositoryUrl,
    name: title.slice(0, limits.name),
    author: author.slice(0, limits.author),
    message,
    pullRequest: number,
    revision: isMerged ? mergeRevision : headRevision,
    ...authorshipOf(message, author),
    details: {
      state,
      headRef: headRef.slice(0, limits.name),
      headRevision,
      baseRef: baseRef.slice(0, limits.name),
      ...(mergedBy !== "" && { mergedBy: mergedBy.slice(0, limits.author) }),
      ...(review !== null && review.reviewer !== "" && { reviews: reviewsOf(review) }),
    },
  };
  const merge = {
    kind: "commit",
    revision: mergeRevision,
    time,
    repository: repositoryUrl,
    pullRequest: number,
  };
  return isMerged && review === null ? [request, merge] : [request];
}

/** By reviewer, so that the statements of several reviews add up. */
function reviewsOf({ reviewer, state, time, revision }: ReviewFacts): Fields {
  return { [reviewer.slice(0, limits.sessionField)]: { state, time, revision } };
}
