import type { Change } from "../../core/model/change.ts";
import { createChange } from "../../core/model/create-change.ts";
import { stableId } from "../../core/model/identity.ts";
import { changeListLimits, changeTextLimits as limits } from "../changes/change-limits.ts";
import { checkDigest, type Fields, readId, readText, readTime } from "../changes/read-fields.ts";
import { RejectedChange } from "../changes/rejected-change.ts";
import { objectOf, objectsOf, textOf } from "./component.ts";
import {
  looksLikeEnvelope,
  looksLikeStatement,
  type OpenedStatement,
  openEnvelope,
} from "./open-envelope.ts";
import { billTime, looksLikeBill, readBill } from "./read-bill.ts";
import { isProvenance, readProvenance } from "./read-provenance.ts";

/** What the request says beside the document. */
export interface SupplyContext {
  readonly tenant: string;
  /** The request's query: `deployment`, `service`, `environment`, `version`, `repository`, `time`. */
  readonly query: Fields;
  readonly nowUnixMs: number;
  /** Public keys (PEM) of which one must have signed an attestation; none: signatures are claims. */
  readonly keys?: readonly string[];
}

export function looksLikeSupplyDocument(document: Fields): boolean {
  return (
    looksLikeEnvelope(document) ||
    looksLikeStatement(document) ||
    looksLikeBill(document) ||
    Object.hasOwn(document, "dsseEnvelope")
  );
}

/**
 * Reads an attestation or a bill of materials as one `artifact` change. Its id is a hash of what
 * it says and of whom, so the same document sent again is a duplicate.
 *
 * @throws RejectedChange with the reason.
 */
export function readSupplyDocument(document: Fields, context: SupplyContext): Change {
  if (looksLikeBill(document)) {
    return readPostedBill(document, context, { payload: JSON.stringify(document), subjects: [] });
  }
  const opened = openEnvelope(document, context.keys ?? []);
  const { statement, payload } = opened;
  if (!looksLikeStatement(statement)) {
    throw new RejectedChange(
      "bad_data",
      "expected an in-toto statement, a DSSE envelope with one, CycloneDX or SPDX",
    );
  }
  const type = textOf(statement, "predicateType");
  if (isProvenance(type)) {
    return readAttestation(opened, type, context);
  }
  const predicate = objectOf(statement, "predicate");
  if (looksLikeBill(predicate)) {
    return readPostedBill(predicate, context, { payload, subjects: subjectDigests(statement) });
  }
  throw new RejectedChange(
    "unsupported_type",
    "predicateType: expected SLSA provenance v0.2 or v1, or a CycloneDX or SPDX document",
  );
}

/**
 * Refuses a plain event that says which commit an artifact was built from, where only signed
 * attestations are believed. Details never come with `verified` but from here.
 *
 * @throws RejectedChange
 */
export function checkSigned({ kind, revision, details }: Change, context: SupplyContext): void {
  const isClaim = kind === "artifact" && revision !== "" && details["verified"] !== true;
  if (isClaim && (context.keys ?? []).length > 0) {
    throw new RejectedChange(
      "bad_signature",
      "expected the commit of an artifact in an attestation signed with one of attestations.keys",
    );
  }
}

function readAttestation(
  { statement, payload, keyIds, verified }: OpenedStatement,
  predicateType: string,
  context: SupplyContext,
): Change {
  const provenance = readProvenance(predicateType, objectOf(statement, "predicate"));
  const artifacts = subjectDigests(statement);
  if (artifacts.length === 0) {
    throw new RejectedChange("bad_data", "subject: expected at least one sha256 digest");
  }
  const { revision, repository, builder, buildType, invocation, builtAt } = provenance;
  const [subject] = objectsOf(statement, "subject");
  const base = baseOf("attestation", payload, context);
  return {
    ...base,
    timeUnixMs: timeOf(context, builtAt),
    name: readText({ name: textOf(subject, "name") }, "name", limits.name),
    repository: readId({ repository }, "repository", limits.repository) || base.repository,
    revision,
    source: "slsa",
    artifacts,
    details: {
      predicateType,
      builder: builder.slice(0, 512),
      buildType: buildType.slice(0, 512),
      invocation: invocation.slice(0, 512),
      keyIds,
      verified,
    },
  };
}

function readPostedBill(
  document: Fields,
  context: SupplyContext,
  { payload, subjects }: { payload: string; subjects: readonly string[] },
): Change {
  const base = baseOf("bill", payload, context);
  const deployment = readId(context.query, "deployment", limits.id);
  return {
    ...base,
    timeUnixMs: timeOf(context, billTime(document)),
    source: "sbom",
    artifacts: subjects,
    details: { ...(deployment === "" ? {} : { deployment }), bill: readBill(document) },
  };
}

/** The fields that come from the request, the others empty. */
function baseOf(what: string, payload: string, { tenant, query }: SupplyContext): Change {
  const said = {
    service: readId(query, "service", limits.service),
    environment: readId(query, "environment", limits.environment),
    version: readText(query, "version", limits.version),
    repository: readId(query, "repository", limits.repository),
  };
  const about = [said.service, said.environment, said.version, readText(query, "deployment", 256)];
  const changeId = `${what}-${stableId(payload, ...about)}`;
  return createChange({ tenant, changeId, kind: "artifact", timeUnixMs: 0, source: "", ...said });
}

function timeOf({ query, nowUnixMs }: SupplyContext, documentTime: string): number {
  return readTime(query, "time") ?? readTime({ time: documentTime }, "time") ?? nowUnixMs;
}

/** Digests of the subjects, strongest common form first; those of other algorithms are left out. */
function subjectDigests(statement: Fields): string[] {
  const digests = objectsOf(statement, "subject").flatMap((subject) => {
    const digest = objectOf(subject, "digest");
    return ["sha256", "sha384", "sha512"].flatMap((algorithm) => {
      const hex = textOf(digest, algorithm).toLowerCase();
      return hex === "" ? [] : [checkDigest(`${algorithm}:${hex}`)];
    });
  });
  if (digests.length > changeListLimits.artifacts) {
    throw new RejectedChange(
      "too_many",
      `subject: expected at most ${changeListLimits.artifacts} digests, got ${digests.length}`,
    );
  }
  return [...new Set(digests)];
}
