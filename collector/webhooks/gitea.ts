import type { IncomingHttpHeaders } from "node:http";
import { cutText } from "../git/cut-visibly.ts";
import { commitStatement } from "./commit-statement.ts";
import { releaseStatements } from "./deployment-statement.ts";
import { requestActions, requestFacts } from "./github.ts";
import { firstOf, itemsAt, revisionAt, textAt, timeAt, valueAt } from "./payload.ts";
import { pullRequestStatements, type ReviewFacts } from "./pull-request-statement.ts";
import { isHmacHex } from "./signatures.ts";
import { type EventReader, headerOf, type WebhookForge } from "./webhook-forge.ts";

const signatureHeaders = [
  "x-gitea-signature",
  "x-forgejo-signature",
  "x-gogs-signature",
  "x-hub-signature-256",
];

/**
 * Gitea and Forgejo: the hex HMAC-SHA256 of the raw body, without a prefix. Payloads are like
 * GitHub's; there is no event for a deployment.
 *
 * @see https://docs.gitea.com/usage/webhooks
 */
export const gitea: WebhookForge = {
  name: "gitea",
  signatureHeaders,
  verify({ headers, body }, secret) {
    const given = signatureHeaders.map((name) => headerOf(headers, name)).find((text) => text);
    return isHmacHex(body, secret, (given ?? "").replace(/^sha256=/, ""));
  },
  eventOf: (headers) => eventName(headers),
  repositoryOf: (payload) => ({
    fullName: textAt(payload, "repository", "full_name"),
    url: textAt(payload, "repository", "html_url"),
  }),
  events: {
    push: (payload, { repository }) =>
      itemsAt(payload, "commits").map((commit) => commitStatement(commit, repository.url)),
    pull_request: (payload, { repository }) =>
      requestActions.has(textAt(payload, "action"))
        ? pullRequestStatements(requestFacts(payload), repository.url, null)
        : [],
    pull_request_approved: reviewReader("approved"),
    pull_request_rejected: reviewReader("changes_requested"),
    pull_request_comment: reviewReader("commented"),
    release: readRelease,
  },
};

function eventName(headers: IncomingHttpHeaders): string {
  return firstOf(
    headerOf(headers, "x-gitea-event"),
    headerOf(headers, "x-forgejo-event"),
    headerOf(headers, "x-gogs-event"),
  );
}

/** A review names its author only as the sender of the event. */
function reviewReader(state: ReviewFacts["state"]): EventReader {
  return (payload, { repository }) => {
    if (textAt(payload, "action") !== "reviewed") {
      return [];
    }
    const facts = requestFacts(payload);
    const review = {
      reviewer: textAt(payload, "sender", "login"),
      state,
      time: facts.time,
      revision: firstOf(revisionAt(payload, "commit_id"), facts.headRevision),
    };
    return pullRequestStatements(facts, repository.url, review);
  };
}

function readRelease(
  payload: unknown,
  context: Parameters<EventReader>[1],
): ReturnType<EventReader> {
  const release = valueAt(payload, "release");
  const isPublished = textAt(payload, "action") === "published";
  if (!isPublished || valueAt(release, "draft") === true) {
    return [];
  }
  const tag = textAt(release, "tag_name");
  return releaseStatements(
    {
      id: firstOf(
        textAt(release, "html_url"),
        `${context.repository.url}/releases/tag/${encodeURIComponent(tag.toWellFormed())}`,
      ),
      tag,
      time: firstOf(timeAt(release, "published_at"), timeAt(release, "created_at")),
      title: textAt(release, "name"),
      notes: cutText(textAt(release, "body")),
      author: textAt(release, "author", "login"),
      revision: revisionAt(release, "target_commitish"),
      details: { prerelease: valueAt(release, "prerelease") === true },
    },
    context,
  );
}
