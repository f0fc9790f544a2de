import type { FindingType } from "../../core/model/finding.ts";
import type { ChangeClass } from "./classify-change.ts";

/**
 * Weights of the log-linear ranking, in nats. They are set by hand from published results and
 * judgement, not fitted: with the few public cases a fit would only learn those.
 */
export const weights = {
  /** Prior mass of "none of these": external causes are common, one in seven is a mild guess. */
  nonePrior: 0.15,
  /**
   * Recency is -ln(1 + age / time constant): heavier tails than an exponential, because an
   * attacker needs days to find a hole that a deployment opened.
   */
  recency: 1,
  /** A deployment that reports failure may have reached a few instances. */
  failedDeployment: -1.5,
  /** The same kind of change without a service is less likely meant for this one. */
  withoutService: -1,
  /** All distinctive words of the tool's name stand in a changed path or in the message. */
  toolNamed: 2.5,
  /** At least half of them do. */
  toolNamedInPart: 1,
  /** Changed file and code.file.path: same name only; two segments; the whole path. */
  pathName: 0.5,
  pathPart: 1.5,
  pathWhole: 2.5,
  /** The tool's first call came after this change and before the next one: a new door. */
  toolNew: 1.5,
  toolOlder: -0.5,
  /**
   * Log ratio of the finding's rate on the new and on older versions, halved and capped:
   * version labels are self-asserted, and attacks arrive when they please.
   */
  versionContrast: 0.5,
  versionContrastMost: 1.5,
  versionContrastLeast: -2,
  /** Old and new side by side share the traffic, so the contrast says more. */
  canaryFactor: 1.5,
  /** Commits share their deployment's mass; this much stays with the deployment itself. */
  deploymentShare: 0.05,
  /**
   * A deployment of n commits gets the sum of their likelihoods over n to this power: between
   * their mean (1) and their sum (0). Big releases break more often, but less per commit.
   */
  crowding: 0.5,
  /** Reported only: who or what wrote a change is no evidence of guilt. */
  agentAuthor: 0,
} as const;

export type FindingClass =
  | "injection"
  | "leak"
  | "action"
  | "content"
  | "runtime"
  | "cost"
  | "drift";

export const findingClasses = {
  "prompt_injection.direct": "injection",
  "prompt_injection.indirect": "injection",
  jailbreak: "injection",
  secret_leak: "leak",
  pii_leak: "leak",
  system_prompt_leak: "injection",
  data_exfiltration: "leak",
  model_extraction: "content",
  data_poisoning: "injection",
  tool_misuse: "action",
  tool_poisoning: "injection",
  unsafe_command: "action",
  unsafe_code: "content",
  unsafe_output: "content",
  hallucinated_package: "content",
  hidden_text: "injection",
  degenerate_output: "content",
  privilege_escalation: "action",
  identity_anomaly: "action",
  architecture_violation: "action",
  cost_anomaly: "cost",
  performance_regression: "runtime",
  error_regression: "runtime",
  "drift.distribution": "drift",
  "drift.text": "drift",
  "drift.behaviour": "drift",
  novel_value: "action",
  no_data: "runtime",
} satisfies Record<FindingType, FindingClass>;

const hourMs = 3_600_000;

/** Time constant of recency, milliseconds: how soon a class shows after its cause. */
export const timeConstantMs = {
  injection: 24 * hourMs,
  leak: 24 * hourMs,
  action: 24 * hourMs,
  content: 12 * hourMs,
  runtime: hourMs,
  cost: 2 * hourMs,
  drift: 12 * hourMs,
} satisfies Record<FindingClass, number>;

/**
 * What kind of change explains what kind of finding: security findings come with new tools,
 * servers, permissions and prompts; latency and errors with any code; cost with models and
 * prompts. The best class of a change counts.
 */
export const kindMatch = {
  injection: {
    tool: 2,
    mcp: 2,
    prompt: 1.5,
    permission: 1.5,
    guardrail: 1.5,
    data: 1,
    model: 0.7,
    dependency: 0.3,
    config: 0.3,
    code: 0,
    inert: -2,
  },
  leak: {
    tool: 2,
    mcp: 2,
    prompt: 1,
    permission: 2,
    guardrail: 1.5,
    data: 0.5,
    model: 0.5,
    dependency: 0.3,
    config: 0.7,
    code: 0.3,
    inert: -2,
  },
  action: {
    tool: 2,
    mcp: 2,
    prompt: 1,
    permission: 2,
    guardrail: 1.5,
    data: 0,
    model: 0.7,
    dependency: 0.3,
    config: 0.3,
    code: 0.3,
    inert: -2,
  },
  content: {
    tool: 0.5,
    mcp: 0.5,
    prompt: 2,
    permission: 0,
    guardrail: 1,
    data: 1,
    model: 2,
    dependency: 0.3,
    config: 0.3,
    code: 0.3,
    inert: -2,
  },
  runtime: {
    tool: 0.7,
    mcp: 0.5,
    prompt: 0.3,
    permission: 0.3,
    guardrail: 0,
    data: 0.7,
    model: 1,
    dependency: 1,
    config: 1,
    code: 1,
    inert: -2,
  },
  cost: {
    tool: 1,
    mcp: 0.5,
    prompt: 2,
    permission: 0,
    guardrail: 0.3,
    data: 0.5,
    model: 2,
    dependency: 0.3,
    config: 0.7,
    code: 0.7,
    inert: -2,
  },
  drift: {
    tool: 0.5,
    mcp: 0.5,
    prompt: 2,
    permission: 0,
    guardrail: 1,
    data: 1,
    model: 2,
    dependency: 0.3,
    config: 0.5,
    code: 0.5,
    inert: -2,
  },
} satisfies Record<FindingClass, Record<ChangeClass, number>>;
