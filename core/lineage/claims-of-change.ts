import type { AgentSessionRef, Change } from "../model/change.ts";
import type { ClaimSource, SessionClaim } from "./session-claim.ts";

/** Trailers that name a session: what the id looks like, and whose it is. */
const sessionTrailers: readonly { readonly pattern: RegExp; readonly agent: string }[] = [
  {
    pattern: /^Claude-Session:[ \t]+\S*\/(session_[A-Za-z0-9]{1,128})\/?[ \t]*$/im,
    agent: "claude-code",
  },
  { pattern: /^Claude-Session:[ \t]+([A-Za-z0-9][\w-]{0,127})[ \t]*$/im, agent: "claude-code" },
  {
    pattern: /^Agent-Logs-Url:[ \t]+\S*\/sessions\/([0-9a-f-]{8,64})\/?[ \t]*$/im,
    agent: "copilot",
  },
  { pattern: /^Entire-Session:[ \t]+([\w-]{1,128})[ \t]*$/im, agent: "" },
  { pattern: /^Entire-Checkpoint:[ \t]+([0-9a-f]{12}|[0-9A-HJKMNP-TV-Z]{26})[ \t]*$/im, agent: "" },
];

/** Messages are bounded at the door; more than this is never searched. */
const maxMessageLength = 65_536;
const maxNameLength = 256;

/**
 * What a change itself says of the session behind it: every statement kept in
 * `details.authorship`, every trailer of its message, and the session it carries if that is
 * none of these.
 */
export function claimsOfChange(change: Change): SessionClaim[] {
  const { session, details, message } = change;
  const stated = [...statedClaims(details["authorship"]), ...trailerClaims(message)].filter(
    ({ agent, sessionId }) => agent !== "" || sessionId !== "",
  );
  if (session === null) {
    return stated;
  }
  const carried = claimOf(sourceOf(change), session);
  return stated.some(({ sessionId }) => sessionId === session.id)
    ? stated.map((claim) => (claim.sessionId === session.id ? filled(claim, carried) : claim))
    : [carried, ...stated];
}

/** A trailer names the session; what else is known of it stands with the change. */
function filled(claim: SessionClaim, { agent, model }: SessionClaim): SessionClaim {
  return { ...claim, agent: claim.agent || agent, model: claim.model || model };
}

/** Sources of statements by the key under which `details.authorship` keeps them. */
const statements: readonly (readonly [key: string, source: ClaimSource])[] = [
  ["git-ai", "git_ai_note"],
  ["agent-trace", "agent_trace"],
];

function statedClaims(authorship: unknown): SessionClaim[] {
  if (typeof authorship !== "object" || authorship === null) {
    return [];
  }
  return statements.flatMap(([key, source]) => {
    const session: unknown = Object.hasOwn(authorship, key) ? Reflect.get(authorship, key) : null;
    return typeof session === "object" && session !== null ? [claimOf(source, session)] : [];
  });
}

/** Details come from anyone: what is not text of a usual length says nothing. */
function claimOf(
  source: ClaimSource,
  { agent, id, model }: { readonly [Field in keyof AgentSessionRef]?: unknown },
): SessionClaim {
  return {
    source,
    agent: nameOf(agent),
    sessionId: nameOf(id),
    model: nameOf(model),
    promptId: "",
  };
}

function nameOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, maxNameLength) : "";
}

function trailerClaims(message: string): SessionClaim[] {
  const text = message.slice(0, maxMessageLength);
  return sessionTrailers.flatMap(({ pattern, agent }) => {
    const id = pattern.exec(text)?.[1];
    return id === undefined ? [] : [claimOf("trailer", { agent, id })];
  });
}

/** Readers of repositories and forges know sessions from trailers and checkpoints only. */
function sourceOf({ session, source }: Change): ClaimSource {
  if (session === null || session.id === "") {
    return "signature";
  }
  switch (source) {
    case "git":
    case "github":
    case "gitlab":
    case "gitea":
      return "trailer";
    case "git-ai":
      return "git_ai_note";
    case "agent-trace":
      return "agent_trace";
    default:
      return "reported";
  }
}
