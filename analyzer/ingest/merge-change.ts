import type { AgentSessionRef, Change, ChangeDetails } from "../../core/model/change.ts";

/** Statements that add to a commit who wrote it, and know nothing else about it. */
const annotations: ReadonlySet<string> = new Set(["git-ai", "agent-trace"]);

/** Senders whose times order their statements, whatever order those arrive in. */
const forges: ReadonlySet<string> = new Set(["github", "gitlab", "gitea"]);

/**
 * What is known of a change after another statement about it. The later statement wins where it
 * says something; what it leaves empty is kept. Three exceptions:
 * - an annotation fills gaps and never replaces what another sender said;
 * - of two statements of one forge the one with the earlier time speaks first, so that a
 *   delivery that comes late, or is replayed, does not undo a newer one;
 * - of two sessions the better attested one stays (`sessionRank`).
 *
 * A commit does not change with time: its forge's statements add up in any order, and the
 * earliest time is when it was made.
 */
export function mergeChange(before: Change, after: Change): Change {
  const fillsGaps = annotations.has(after.source) && !annotations.has(before.source);
  const isOneForge = forges.has(after.source) && after.source === before.source;
  const isCommit = after.kind === "commit";
  const isLate = isOneForge && !isCommit && after.timeUnixMs < before.timeUnixMs;
  const merged = fillsGaps || isLate ? overlay(after, before) : overlay(before, after);
  return {
    ...merged,
    timeUnixMs:
      isOneForge && isCommit ? Math.min(before.timeUnixMs, after.timeUnixMs) : merged.timeUnixMs,
    session: betterSession(before, after),
  };
}

/** `base` with everything `top` says over it. */
function overlay(base: Change, top: Change): Change {
  return {
    ...top,
    service: top.service || base.service,
    environment: top.environment || base.environment,
    name: top.name || base.name,
    version: top.version || base.version,
    repository: top.repository || base.repository,
    revision: top.revision || base.revision,
    parents: top.parents.length > 0 ? top.parents : base.parents,
    author: top.author || base.author,
    message: top.message || base.message,
    files: top.files.length > 0 ? top.files : base.files,
    pullRequest: top.pullRequest || base.pullRequest,
    prompt: top.prompt || base.prompt,
    intent: top.intent || base.intent,
    ...overlayProgress(base, top),
    artifacts: top.artifacts.length > 0 ? top.artifacts : base.artifacts,
    details: overlayDetails(base.details, top.details),
  };
}

type Progress = Pick<Change, "startedAtUnixMs" | "completedAtUnixMs" | "status">;

/** A deployment that has ended is not `started` again by an older message, only by a new start. */
function overlayProgress(base: Change, top: Change): Progress {
  const { startedAtUnixMs: start } = top;
  const { completedAtUnixMs: end } = base;
  const isRestart = top.status === "started" && start !== null && end !== null && start > end;
  const hasEnded = base.status !== "" && base.status !== "started";
  const keepsStatus = top.status === "" || (top.status === "started" && hasEnded && !isRestart);
  return {
    startedAtUnixMs: start ?? base.startedAtUnixMs,
    completedAtUnixMs: top.completedAtUnixMs ?? (isRestart ? null : end),
    status: keepsStatus ? base.status : top.status,
  };
}

/** Details that hold one entry for each reviewer, pipeline or witness: statements add to them. */
const keyedDetails = ["reviews", "pipelines", "authorship"];

function overlayDetails(base: ChangeDetails, top: ChangeDetails): ChangeDetails {
  const keyed = keyedDetails.map((name) => [name, overlayEntries(base[name], top[name])] as const);
  const both = keyed.filter(([, entries]) => entries !== null);
  return { ...base, ...top, ...Object.fromEntries(both) };
}

/** Of two entries under one key the newer stays, by their times if both have one. */
function overlayEntries(base: unknown, top: unknown): object | null {
  if (!isObject(base) || !isObject(top)) {
    return null;
  }
  const newer = Object.entries(top).filter(([key, entry]) => {
    const known = Object.hasOwn(base, key) ? base[key] : undefined;
    return timeOf(entry) >= timeOf(known);
  });
  return { ...base, ...Object.fromEntries(newer) };
}

/** RFC 3339 in UTC, which sorts as text; `""` where an entry has none. */
function timeOf(entry: unknown): string {
  const time = isObject(entry) ? entry["time"] : undefined;
  return typeof time === "string" ? time : "";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The better attested session; of two alike, the one said last. */
function betterSession(before: Change, after: Change): AgentSessionRef | null {
  const [best, other] =
    sessionRank(after) >= sessionRank(before)
      ? [after.session, before.session]
      : [before.session, after.session];
  if (best === null || other === null || (best.agent !== "" && best.agent !== other.agent)) {
    return best ?? other;
  }
  return { agent: best.agent || other.agent, id: best.id, model: best.model || other.model };
}

/** How far a session can be relied on: authorship note, stated or trailer, trace, signature. */
function sessionRank({ session, details }: Change): number {
  if (session === null) {
    return 0;
  }
  if (session.id === "") {
    return 1;
  }
  if (isWitness(details, "git-ai", session.id)) {
    return 4;
  }
  return isWitness(details, "agent-trace", session.id) ? 2 : 3;
}

function isWitness({ authorship }: ChangeDetails, name: string, id: string): boolean {
  const witness = isObject(authorship) ? authorship[name] : undefined;
  return isObject(witness) && witness["id"] === id;
}
