/** Finding types of the design (section 5); each maps to published taxonomies in `taxonomy.ts`. */
export const findingTypes = [
  "prompt_injection.direct",
  "prompt_injection.indirect",
  "jailbreak",
  "secret_leak",
  "pii_leak",
  "system_prompt_leak",
  "data_exfiltration",
  "model_extraction",
  "data_poisoning",
  "tool_misuse",
  "tool_poisoning",
  "unsafe_command",
  "unsafe_code",
  "unsafe_output",
  "hallucinated_package",
  "hidden_text",
  "degenerate_output",
  "privilege_escalation",
  "identity_anomaly",
  "architecture_violation",
  "cost_anomaly",
  "performance_regression",
  "error_regression",
  "drift.distribution",
  "drift.text",
  "drift.behaviour",
  "novel_value",
  "no_data",
] as const;

export type FindingType = (typeof findingTypes)[number];

/** OCSF severities, in rising order. */
export const severities = ["informational", "low", "medium", "high", "critical"] as const;

export type Severity = (typeof severities)[number];

export const findingStatuses = [
  "open",
  "acknowledged",
  "muted",
  "false_positive",
  "resolved",
] as const;

export type FindingStatus = (typeof findingStatuses)[number];

export interface Taxonomy {
  /** `owasp-llm:2026:LLM01` and its 2025 alias. */
  readonly owaspLlm: readonly string[];
  readonly owaspAgentic: readonly string[];
  readonly atlas: readonly string[];
  readonly cwe: readonly string[];
}

/**
 * One observation of one rule. Its id is a hash of tenant, trace and span (or series and
 * window) and rule, so that a record seen again yields the same detection.
 */
export interface Detection {
  readonly id: string;
  readonly tenant: string;
  readonly type: FindingType;
  readonly detector: string;
  /** The rule within the detector, such as `github-token`; part of the id. */
  readonly rule: string;
  /** Major version of the rule; a new one restarts verification baselines. */
  readonly ruleVersion: number;
  /** Event time, Unix milliseconds. */
  readonly timeUnixMs: number;
  readonly service: string;
  readonly environment: string;
  /** `service.version` of the record, or empty. */
  readonly version: string;
  readonly agent: string;
  /** The tool that was called or the sink data went to, or empty. */
  readonly tool: string;
  /** Normalised class of what is hit, such as `github-token` or `latency`; never free text. */
  readonly targetClass: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Series id for detections on windows, else empty. */
  readonly series: string;
  /** Conversation or agent session, else the trace: the unit that verification counts. */
  readonly session: string;
  /** Calibrated, 0 to 1. */
  readonly score: number;
  /** A strong detection is a finding alone; weak ones need a second or a repeat. */
  readonly strength: "weak" | "strong";
  readonly severity: Severity;
  /** Whether the harmful act succeeded (`success`) or was only tried or seen (`attempt`). */
  readonly outcome: "attempt" | "success";
  /** Masked text around the match, at most 400 characters; hostile, never rendered as markup. */
  readonly excerpt: string;
  /** The masked value (such as `ghp_****1a2b`), the key under which evidence is kept. */
  readonly maskedValue: string;
  /** Where in the record, such as `gen_ai.output.messages`. */
  readonly location: string;
  /** Change-time hint for series detections: onset interval, Unix milliseconds. */
  readonly onset: { readonly fromUnixMs: number; readonly toUnixMs: number } | null;
}

export interface Evidence {
  readonly traceId: string;
  readonly spanId: string;
  readonly time: string;
  readonly excerpt: string;
  readonly detector: string;
  readonly score: number;
}

export interface AttributionEntry {
  /** `null` is "none of these"; always listed. */
  readonly changeId: string | null;
  readonly kind: string;
  readonly probability: number;
  readonly reasons: readonly string[];
}

/** A finding as stored and as the API shows it (times RFC 3339 UTC). */
export interface Finding {
  readonly id: string;
  readonly tenant: string;
  readonly fingerprint: string;
  readonly type: FindingType;
  readonly title: string;
  readonly severity: Severity;
  readonly status: FindingStatus;
  readonly statusReason: string;
  readonly service: string;
  readonly environment: string;
  readonly agent: string;
  readonly tool: string;
  readonly targetClass: string;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Onset used by attribution: first detection, or the change point of a series. */
  readonly onset: string;
  /** Distinct detections. */
  readonly occurrences: number;
  /** Distinct sessions with at least one detection. */
  readonly sessions: number;
  readonly detectors: readonly string[];
  readonly taxonomy: Taxonomy;
  readonly attribution: readonly AttributionEntry[];
  readonly attributedAt: string | null;
  readonly evidence: readonly Evidence[];
  readonly proposals: readonly string[];
  /** True when the onset lies more than 48 h before its arrival. */
  readonly backfilled: boolean;
}
