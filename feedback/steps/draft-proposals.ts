import { stableId } from "../../core/model/identity.ts";
import type { Surface } from "../../core/model/proposal.ts";
import { gate, surfacesFor } from "../gate.ts";
import type { Incident } from "../incidents/incident.ts";
import { type Candidate, readCandidates } from "../incidents/read-candidates.ts";
import { readIncidentFindings } from "../incidents/read-incident-findings.ts";
import { createIncidentReader, type IncidentMember } from "../incidents/read-incidents.ts";
import { createSettledFindings } from "../incidents/settled-findings.ts";
import { statusAt } from "../proposals/finding-status.ts";
import { isOpen, type ProposalRecord } from "../proposals/proposal-state.ts";
import { attachFindings, isAttachable, isEdited } from "./attach-findings.ts";
import { type FeedbackContext, forEachAlone } from "./feedback-context.ts";
import { formatOf, type MadeDraft, makeDraft, toDraftData } from "./make-draft.ts";
import { replaceDraft } from "./redraft.ts";
import { sameEdit } from "./same-edit.ts";

/** An incident that led to nothing new is looked at again after this long. */
const lookAgainMs = 30_000;

/**
 * Sees to it that every incident has one proposal per control surface, and every edit one
 * proposal: findings that come later, or that an open proposal answers already, join it.
 */
export function createDraftStep(context: FeedbackContext): () => Promise<void> {
  const { reads, clock, ledger } = context;
  const readIncidents = createIncidentReader({ reads, clock });
  const isSettled = createSettledFindings(clock);
  const looks = new Map<string, { readonly mark: string; readonly atUnixMs: number }>();

  return async () => {
    const candidates = await readCandidates(reads, clock.now());
    const standing = candidates.filter((finding) => isStanding(context, finding));
    await forEachAlone(context, await readIncidents(standing), consider);
  };

  async function consider(incident: Incident<IncidentMember>): Promise<void> {
    // Each is asked, so that each one's wait goes on; one that is missing could be the one to lead.
    if (incident.map(isSettled).includes(false)) {
      return;
    }
    const [{ tenant, id }] = incident;
    const last = looks.get(`${tenant}/${id}`);
    const mark = markOf(incident);
    if (last?.mark === mark && clock.now() - last.atUnixMs < lookAgainMs) {
      return;
    }
    for (const surface of new Set(incident.flatMap(({ type }) => surfacesFor(type)))) {
      await considerSurface(context, incident, surface);
    }
    looks.set(`${tenant}/${id}`, { mark: markOf(incident), atUnixMs: clock.now() });
  }

  /** What decides: the members in their order, how many support them, and the log. */
  function markOf(incident: Incident<IncidentMember>): string {
    const members = incident.map((member) => `${member.id}${isSupported(context, member)}`);
    return [ledger.position(), ...members].join();
  }
}

/** Findings that nobody has muted, resolved or called false. */
function isStanding(
  { ledger, clock }: FeedbackContext,
  { tenant, id }: Pick<Candidate, "tenant" | "id">,
): boolean {
  const status = statusAt(ledger.findingStatus(tenant, id), clock.now());
  return status === "open" || status === "acknowledged";
}

function isSupported({ config }: FeedbackContext, member: IncidentMember): boolean {
  return member.sessions >= config.minSessions || member.criticalSuccess;
}

async function considerSurface(
  context: FeedbackContext,
  incident: Incident<IncidentMember>,
  surface: Surface,
): Promise<void> {
  const open = openProposals(context, incident, surface);
  const [first] = open;
  if (first === undefined) {
    await draftFor(context, incident, surface);
    return;
  }
  const listed = new Set(open.flatMap(({ proposal }) => proposal.findings));
  const added = incident.filter(({ id }) => !listed.has(id));
  const lead = leadFor(context, incident, surface);
  const isOwn = mayRedraft(context, first, incident);
  const needsLead = isOwn && lead !== undefined && lead.fingerprint !== first.fingerprint;
  const made =
    isOwn && (added.length > 0 || needsLead) && (await madeFor(context, incident, surface));
  if (made && !isSameDraft(made, first)) {
    await replaceDraft(context, first, made);
  } else if (isAttachable(first) && added.length > 0) {
    await attachFindings(context, first, added);
  }
}

/**
 * A mere draft may get a better edit by what has come, unless a person has a hand in it or it
 * is led by another incident's finding that still stands.
 */
function mayRedraft(
  context: FeedbackContext,
  record: ProposalRecord,
  incident: Incident<IncidentMember>,
): boolean {
  const { tenant, state, findings } = record.proposal;
  const isLedFromWithin = incident.some(({ fingerprint }) => fingerprint === record.fingerprint);
  const isLeaderless = !isStanding(context, { tenant, id: findings[0] ?? "" });
  return state === "drafted" && !isEdited(record) && (isLedFromWithin || isLeaderless);
}

function isSameDraft({ findings, draft }: MadeDraft, record: ProposalRecord): boolean {
  return findings.lead.fingerprint === record.fingerprint && draft.control === record.control;
}

/** Open proposals of the surface for any finding of the incident, the oldest first. */
function openProposals(
  { ledger }: FeedbackContext,
  incident: Incident<IncidentMember>,
  surface: Surface,
): ProposalRecord[] {
  const [{ tenant }] = incident;
  return ledger
    .proposals()
    .filter(({ proposal }) => proposal.tenant === tenant && proposal.surface === surface)
    .filter(({ proposal }) => isOpen(proposal.state))
    .filter(({ fingerprints }) => incident.some((each) => fingerprints.includes(each.fingerprint)))
    .toSorted((a, b) => Date.parse(a.proposal.createdAt) - Date.parse(b.proposal.createdAt));
}

/** The first finding of the incident that may propose an edit to the surface. */
function leadFor(
  context: FeedbackContext,
  incident: Incident<IncidentMember>,
  surface: Surface,
): IncidentMember | undefined {
  return incident.find(
    (member) => surfacesFor(member.type).includes(surface) && isSupported(context, member),
  );
}

async function draftFor(
  context: FeedbackContext,
  incident: Incident<IncidentMember>,
  surface: Surface,
): Promise<void> {
  const { ledger, clock, config } = context;
  const lead = leadFor(context, incident, surface);
  if (lead === undefined) {
    return;
  }
  const { tenant, criticalSuccess } = lead;
  const proposals = ledger.proposals().filter(({ proposal }) => proposal.tenant === tenant);
  const status = statusAt(ledger.findingStatus(tenant, lead.id), clock.now());
  const nowUnixMs = clock.now();
  const result = gate({ finding: lead, status, criticalSuccess, proposals, nowUnixMs }, config);
  const made =
    result.pass && result.surfaces.includes(surface)
      ? await madeFor(context, incident, surface)
      : undefined;
  if (made === undefined || made.draft.isInPlace) {
    return;
  }
  const same = sameEdit(context, made);
  if (same === undefined) {
    await storeDraft(context, made);
  } else if (isAttachable(same)) {
    await attachFindings(context, same, incident);
  }
}

async function madeFor(
  context: FeedbackContext,
  incident: Incident<IncidentMember>,
  surface: Surface,
): Promise<MadeDraft | undefined> {
  const format = formatOf(surface);
  const lead = leadFor(context, incident, surface);
  if (format === undefined || lead === undefined) {
    return undefined;
  }
  const others = incident.filter((member) => member !== lead);
  const ids = [lead, ...others].map(({ id }) => id);
  const findings = await readIncidentFindings(context.reads, lead.tenant, ids);
  return findings && makeDraft(context, findings, format);
}

async function storeDraft(context: FeedbackContext, made: MadeDraft): Promise<void> {
  const { tenant, fingerprint } = made.findings.lead;
  const { surface } = made.format;
  const earlier = context.ledger
    .proposals()
    .filter(({ fingerprints }) => fingerprints.includes(fingerprint))
    .filter(({ proposal }) => proposal.tenant === tenant && proposal.surface === surface);
  const id = stableId("proposal", tenant, fingerprint, surface, String(earlier.length));
  await context.draft(tenant, id, toDraftData(context, id, made));
}
