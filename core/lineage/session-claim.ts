/** How a commit's agent session is known, the surest way first. */
export const claimSources = {
  /** A note under `refs/notes/ai`. */
  git_ai_note: { confidence: 0.95, authenticated: false },
  /** The agent's own telemetry says that it made this commit. */
  commit_event: { confidence: 0.9, authenticated: true },
  /** Whoever sent the change named the session. */
  reported: { confidence: 0.8, authenticated: true },
  /** `Claude-Session`, `Agent-Logs-Url`, `Entire-Session` or `Entire-Checkpoint`. */
  trailer: { confidence: 0.7, authenticated: false },
  agent_trace: { confidence: 0.6, authenticated: false },
  /** The agent worked while the commit's parent was checked out. */
  base_commit: { confidence: 0.5, authenticated: true },
  /** `Co-Authored-By`, `Assisted-by` or the author: names a tool, no session. */
  signature: { confidence: 0.3, authenticated: false },
} as const satisfies Record<string, { confidence: number; authenticated: boolean }>;

export type ClaimSource = keyof typeof claimSources;

export const claimSourceNames = Object.keys(claimSources) as [ClaimSource, ...ClaimSource[]];

/** Someone's statement that an agent session made a commit. */
export interface SessionClaim {
  readonly source: ClaimSource;
  readonly agent: string;
  /** Empty if only the agent is known. */
  readonly sessionId: string;
  readonly model: string;
  readonly promptId: string;
}

/** A claim's source as the API shows it. */
export interface ShownSource {
  readonly source: ClaimSource;
  /** That the session made the commit, by our judgement of the source. */
  readonly confidence: number;
  /**
   * False for what stands in the repository, where anyone who can push can write it; true for
   * what came through this service's own door. Neither proves who acted.
   */
  readonly authenticated: boolean;
}

export function shownSource(source: ClaimSource): ShownSource {
  return { source, ...claimSources[source] };
}

/** The surest first; of the same source in the order given. */
export function bySurest(claims: readonly SessionClaim[]): SessionClaim[] {
  return claims.toSorted(
    (a, b) => claimSources[b.source].confidence - claimSources[a.source].confidence,
  );
}
