import { createHash } from "node:crypto";
import type { Store } from "../../core/store/store.ts";
import { spanRow } from "./span-row.ts";

/** The instant that seeded data lies before: 2026-11-20 12:00:00 UTC. */
export const seedEndUnixMs = Date.UTC(2026, 10, 20, 12);

const minute = 60_000;

/** Two hours of spans, logs, a deployment, findings and a proposal of one tenant. */
export async function seedStore(store: Store, tenant: string): Promise<void> {
  await store.insert("otel_traces", spans(tenant), { token: `seed-traces-${tenant}` });
  await store.insert("otel_logs", logs(tenant), { token: `seed-logs-${tenant}` });
  await store.insert("changes", changes(tenant));
  await store.insert("detections", detections(tenant));
  await store.insert("findings", findings(tenant));
  await store.insert("finding_status", statuses(tenant));
  await store.insert("proposals", proposals(tenant));
}

function ago(minutes: number): string {
  return new Date(seedEndUnixMs - minutes * minute).toISOString();
}

function hexId(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}

function spans(tenant: string): object[] {
  return Array.from({ length: 240 }, (_, index) => {
    const failed = index % 12 === 0;
    return spanRow({
      Tenant: tenant,
      Timestamp: ago(120 - index / 2),
      TraceId: hexId(`${tenant}-trace-${Math.floor(index / 2)}`, 32),
      SpanId: hexId(`${tenant}-span-${index}`, 16),
      ParentSpanId: index % 2 === 0 ? "" : hexId(`${tenant}-span-${index - 1}`, 16),
      SpanName: index % 2 === 0 ? "invoke_agent shop" : "chat gpt-5",
      SpanKind: index % 2 === 0 ? "Server" : "Client",
      ServiceName: index % 4 < 2 ? "shop" : "search",
      Environment: "production",
      ServiceVersion: index < 120 ? "1.7.0" : "1.8.0",
      Duration: (50 + (index % 40)) * 1_000_000,
      StatusCode: failed ? "Error" : "Ok",
      SpanAttributes: { "gen_ai.operation.name": "chat", "http.route": "/cart" },
      ResourceAttributes: { "service.name": "shop" },
      "Events.Timestamp": [ago(119)],
      "Events.Name": ["gen_ai.choice"],
      "Events.Attributes": [{ index: "0" }],
      GenAiOperation: index % 2 === 0 ? "invoke_agent" : "chat",
      GenAiRequestModel: "gpt-5",
      Session: hexId(`${tenant}-session-${index % 20}`, 16),
      InputTokens: 800,
      OutputTokens: 120,
      CostUsd: 0.002,
      ReceivedAt: ago(119 - index / 2),
    });
  });
}

function logs(tenant: string): object[] {
  return Array.from({ length: 30 }, (_, index) => ({
    Tenant: tenant,
    Timestamp: ago(60 - index),
    ServiceName: "shop",
    SeverityText: index % 5 === 0 ? "ERROR" : "INFO",
    SeverityNumber: index % 5 === 0 ? 17 : 9,
    Body: `order ${index} placed`,
    LogAttributes: { "order.id": String(index) },
    BatchId: "seed",
    ReceivedAt: ago(59 - index),
  }));
}

function changes(tenant: string): object[] {
  return [
    {
      Tenant: tenant,
      ChangeId: "dep-1",
      Kind: "deployment",
      Time: ago(60),
      CompletedAt: ago(58),
      Service: "shop",
      Environment: "production",
      Version: "1.8.0",
      Status: "succeeded",
      Revision: 1,
    },
  ];
}

const findingKinds = [
  { type: "secret_leak", severity: "high", outcome: "success", status: "open" },
  { type: "prompt_injection.indirect", severity: "medium", outcome: "attempt", status: "open" },
  { type: "error_regression", severity: "low", outcome: "attempt", status: "resolved" },
] as const;

function findings(tenant: string): object[] {
  return findingKinds.map(({ type, severity }, index) => ({
    Tenant: tenant,
    Id: `${tenant}-finding-${index}`,
    Fingerprint: `${tenant}-print-${index}`,
    Type: type,
    Title: `A ${type} in shop`,
    Severity: severity,
    Service: "shop",
    Environment: "production",
    FirstSeen: ago(50 - index),
    LastSeen: ago(10 - index),
    Onset: ago(50 - index),
    OnsetTo: ago(49 - index),
    Occurrences: 5,
    Sessions: 3,
    Attribution: JSON.stringify([
      { changeId: "dep-1", kind: "deployment", probability: 0.8, reasons: ["started after it"] },
      { changeId: null, kind: "", probability: 0.2, reasons: [] },
    ]),
    FirstReceivedAt: ago(48),
    Revision: 1,
  }));
}

function detections(tenant: string): object[] {
  return findingKinds.flatMap(({ type, severity, outcome }, kind) =>
    Array.from({ length: 5 }, (_, index) => ({
      Tenant: tenant,
      Fingerprint: `${tenant}-print-${kind}`,
      Id: `${tenant}-detection-${kind}-${index}`,
      Type: type,
      Detector: "secrets",
      Rule: "github-token",
      Time: ago(50 - kind - index * 8),
      Service: "shop",
      Environment: "production",
      Session: hexId(`${tenant}-session-${index}`, 16),
      Score: 0.9,
      Strength: "strong",
      Severity: severity,
      Outcome: outcome,
      Revision: 1,
    })),
  );
}

function statuses(tenant: string): object[] {
  return findingKinds.flatMap(({ status }, index) =>
    status === "open"
      ? []
      : [
          {
            Tenant: tenant,
            FindingId: `${tenant}-finding-${index}`,
            Status: status,
            Reason: "fixed",
            Actor: "local:ada",
            ChangedAt: ago(5),
            Revision: 1,
          },
        ],
  );
}

function proposals(tenant: string): object[] {
  return ["filed", "effective"].map((state, index) => ({
    Tenant: tenant,
    Id: `${tenant}-proposal-${index}`,
    Surface: "guardrail",
    State: state,
    Repository: "shop",
    Path: ".claude/settings.json",
    Title: "Deny reading of .env",
    FindingIds: [`${tenant}-finding-${index}`],
    ChangeIds: ["dep-1"],
    Document: JSON.stringify(proposalDocument(tenant, index, state)),
    CreatedAt: ago(40),
    UpdatedAt: ago(20 - index),
    Revision: 1,
  }));
}

/** The proposal as the API shows it. */
function proposalDocument(tenant: string, index: number, state: string): object {
  return {
    id: `${tenant}-proposal-${index}`,
    tenant,
    surface: "guardrail",
    target: { repository: "shop", path: ".claude/settings.json", format: "claude-settings" },
    enforcement: "enforced",
    title: "Deny reading of .env",
    body: "",
    patch: "",
    findings: [`${tenant}-finding-${index}`],
    changes: ["dep-1"],
    state,
    backtest: null,
    forge: null,
    verification: null,
    createdAt: ago(40),
    updatedAt: ago(20 - index),
  };
}
