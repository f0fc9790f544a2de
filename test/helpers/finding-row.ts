/** A row of `findings` with every column a test does not care about filled in. */
export function findingRow(columns: Readonly<Record<string, unknown>> = {}): object {
  return {
    Tenant: "default",
    Id: "finding",
    Fingerprint: "fingerprint",
    Type: "secret_leak",
    Title: "Secret in content of shop",
    Severity: "high",
    Service: "shop",
    Environment: "production",
    FirstSeen: "2026-11-01T10:00:00Z",
    LastSeen: "2026-11-20T10:00:00Z",
    Onset: "2026-11-01T10:00:00Z",
    OnsetTo: "2026-11-01T10:00:00Z",
    Occurrences: 1,
    Sessions: 1,
    Detectors: ["secrets"],
    Attribution: "[]",
    AttributedAt: null,
    Backfilled: 0,
    FirstReceivedAt: "2026-11-01T10:00:00Z",
    Revision: 1,
    ...columns,
  };
}
