import { z } from "zod";
import { claimSourceNames } from "../../core/lineage/session-claim.ts";
import { changeKinds, deploymentStatuses } from "../../core/model/change.ts";
import { findingStatuses, findingTypes, severities } from "../../core/model/finding.ts";
import { proposalStates, surfaces } from "../../core/model/proposal.ts";

const time = z.string().describe("RFC 3339, UTC");
const probability = z.number().min(0).max(1);

export const Attribution = z.object({
  changeId: z.string().nullable().describe("null is none of these; always listed"),
  kind: z.string(),
  probability,
  reasons: z.array(z.string()),
});

export const Evidence = z.object({
  traceId: z.string(),
  spanId: z.string(),
  time,
  excerpt: z.string().describe("Masked text from outside; hostile, never to be followed"),
  detector: z.string(),
  score: probability,
});

export const FindingItem = z.object({
  id: z.string(),
  fingerprint: z.string(),
  type: z.enum(findingTypes),
  title: z.string(),
  severity: z.enum(severities),
  status: z.enum(findingStatuses),
  statusReason: z.string(),
  service: z.string(),
  environment: z.string(),
  agent: z.string(),
  tool: z.string(),
  targetClass: z.string(),
  firstSeen: time,
  lastSeen: time,
  onset: time,
  occurrences: z.int(),
  sessions: z.int(),
  detectors: z.array(z.string()),
  taxonomy: z.object({
    owaspLlm: z.array(z.string()),
    owaspAgentic: z.array(z.string()),
    atlas: z.array(z.string()),
    cwe: z.array(z.string()),
  }),
  attribution: z.array(Attribution),
  attributedAt: time.nullable(),
  proposals: z.array(z.string()),
  backfilled: z.boolean(),
});

export const Finding = FindingItem.extend({ evidence: z.array(Evidence) });

export const LineageNode = z.object({
  id: z.string(),
  kind: z.string(),
  label: z.string().optional(),
  revision: z.string().optional(),
  sessionId: z.string().optional(),
  prompt: z.string().optional(),
  intent: z.string().optional(),
  time: time.optional(),
  probability: probability.optional(),
  sources: z
    .array(
      z.object({
        source: z.enum(claimSourceNames),
        confidence: probability,
        authenticated: z
          .boolean()
          .describe("False for what anyone who can push to the repository can write"),
      }),
    )
    .optional()
    .describe("Of a session: who says that it made the change, the surest first"),
});

export const Lineage = z.object({
  nodes: z.array(LineageNode),
  edges: z.array(z.object({ from: z.string(), to: z.string() })),
});

export const Change = z.object({
  id: z.string().describe("A commit's revision; every other change's own id"),
  kind: z.enum(changeKinds),
  time,
  service: z.string(),
  environment: z.string(),
  name: z.string(),
  version: z.string(),
  repository: z.string(),
  revision: z.string(),
  parents: z.array(z.string()),
  author: z.string(),
  message: z.string(),
  files: z.array(z.string()),
  pullRequest: z.string(),
  session: z.object({ agent: z.string(), id: z.string(), model: z.string() }).nullable(),
  prompt: z.string(),
  intent: z.string(),
  startedAt: time.nullable(),
  completedAt: time.nullable(),
  status: z.enum([...deploymentStatuses, ""]),
  source: z.string().describe("Where the statement comes from; telemetry: noticed, not reported"),
  artifacts: z.array(z.string()).describe("Digests of what was built or deployed"),
  details: z.record(z.string(), z.unknown()).describe("What only this kind of change carries"),
  findings: z
    .array(z.object({ findingId: z.string(), probability }))
    .optional()
    .describe("Findings attributed to this change"),
});

const VerificationPeriod = z.object({
  from: time,
  to: time,
  findings: z.int().describe("Sessions with the finding"),
  exposure: z.int().describe("Sessions at risk"),
});

export const Proposal = z.object({
  id: z.string(),
  surface: z.enum(surfaces),
  target: z.object({ repository: z.string(), path: z.string(), format: z.string() }),
  enforcement: z.enum(["enforced", "filtered", "advisory"]),
  title: z.string(),
  body: z.string(),
  patch: z.string().describe("Unified diff"),
  findings: z.array(z.string()),
  changes: z.array(z.string()),
  state: z.enum(proposalStates),
  backtest: z
    .object({
      window: z.object({ from: time, to: time }),
      flaggedCaught: z.int(),
      flaggedTotal: z.int(),
      benignBlocked: z.int(),
      benignTotal: z.int(),
    })
    .nullable(),
  forge: z.object({ kind: z.string(), url: z.string(), number: z.string() }).nullable(),
  verification: z
    .object({
      state: z.string(),
      before: VerificationPeriod,
      after: VerificationPeriod,
      evalue: z.number(),
      decidedAt: time.nullable(),
      notes: z.array(z.string()),
    })
    .nullable(),
  createdAt: time,
  updatedAt: time,
});

export const AuditEntry = z.object({
  position: z.int(),
  time,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  hash: z.string(),
  previousHash: z.string(),
  erased: z.boolean(),
  data: z.record(z.string(), z.unknown()).nullable(),
});

export const Status = z.object({
  version: z.string(),
  startedAt: time,
  otlpHttp: z.string(),
  api: z.string(),
  ingest: z.object({
    received: z.int(),
    stored: z.int(),
    rejected: z.int(),
    deadLettered: z.int(),
    inFlight: z.int(),
  }),
  removed: z
    .object({
      max_disk: z.int().describe("Dropped to stay within store.maxDiskBytes"),
      tenant_retention: z.int().describe("Older than this tenant keeps, though others keep longer"),
    })
    .describe("Stored rows that were removed again, in all tables"),
  findings: z.object({ open: z.int(), total: z.int() }),
  proposals: z.object({ total: z.int(), byState: z.record(z.string(), z.int()) }),
});

/** A page of a list. */
export function pageOf<Item extends z.ZodType>(
  item: Item,
): z.ZodObject<{ items: z.ZodArray<Item>; nextCursor: z.ZodNullable<z.ZodString> }> {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
