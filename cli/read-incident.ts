import { z } from "zod";
import type { Candidate, Incident } from "../analyzer/attribution/candidate.ts";
import type { Surroundings } from "../analyzer/attribution/measurement.ts";
import { changeKinds } from "../core/model/change.ts";
import { findingTypes } from "../core/model/finding.ts";
import { parseTime } from "./read-series.ts";
import { UserError } from "./user-error.ts";

export interface IncidentFile {
  readonly incident: Incident;
  readonly candidates: readonly Candidate[];
  readonly surroundings: Surroundings;
}

const shownProblems = 5;

const name = z.string().max(1024);
const unixMs = z.union([z.string(), z.number()]).transform((time, context) => {
  const parsed = parseTime(String(time));
  if (parsed === null) {
    context.addIssue("expected a time such as 2026-11-20T10:00:00Z or unix seconds");
    return z.NEVER;
  }
  return parsed;
});

const candidate = z.object({
  id: name.min(1),
  kind: z.enum(changeKinds),
  service: name.nullish(),
  startedAt: unixMs,
  completedAt: unixMs.nullish(),
});

const metric = z.object({
  service: name,
  peer: name.nullish(),
  version: name.nullish(),
  name,
  /** A missing value is null. */
  points: z.array(z.tuple([z.number(), z.number().nullable()])),
});

const schema = z.object({
  incident: z.object({ service: name, onset: unixMs, type: z.enum(findingTypes) }),
  candidates: z.array(candidate).max(10_000),
  topology: z.array(z.object({ source: name, target: name })).nullish(),
  metrics: z.array(metric).nullish(),
});

/**
 * Reads what `telltale attribute` is asked; unknown fields are passed over.
 *
 * @throws UserError naming the places where the text is not as expected.
 */
export function readIncident(text: string, source: string): IncidentFile {
  const parsed = schema.safeParse(parseJson(text, source));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `  ${path.map(String).join(".") || "the document"}: ${message}`,
    );
    const more = problems.length - shownProblems;
    const lines = problems.slice(0, shownProblems).concat(more > 0 ? [`  and ${more} more`] : []);
    throw new UserError([`${source} does not describe an incident:`, ...lines].join("\n"));
  }
  const { incident, candidates, topology, metrics } = parsed.data;
  return {
    incident: {
      type: incident.type,
      service: incident.service,
      tool: "",
      onsetFromUnixMs: incident.onset,
      onsetToUnixMs: incident.onset,
    },
    candidates: candidates.map(toCandidate),
    surroundings: { topology: topology ?? [], metrics: (metrics ?? []).map(toMeasurement) },
  };
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    throw new UserError(`${source}: expected one JSON object`);
  }
}

function toCandidate(given: z.infer<typeof candidate>): Candidate {
  return {
    changeId: given.id,
    kind: given.kind,
    files: [],
    message: "",
    byAgent: false,
    service: given.service ?? "",
    version: "",
    startedAtUnixMs: given.startedAt,
    completedAtUnixMs: given.completedAt ?? null,
    status: "",
    commits: [],
  };
}

function toMeasurement(given: z.infer<typeof metric>): Surroundings["metrics"][number] {
  return {
    service: given.service,
    peer: given.peer ?? "",
    version: given.version ?? "",
    name: given.name,
    points: given.points.flatMap(([seconds, value]) =>
      value === null ? [] : [{ timeUnixMs: seconds * 1000, value }],
    ),
  };
}
