import type { Bill } from "../../core/model/bill.ts";
import type { Fields } from "../changes/read-fields.ts";
import { RejectedChange } from "../changes/rejected-change.ts";
import {
  type ListedComponent,
  nameOnly,
  objectsOf,
  textOf,
  textsOf,
  toComponents,
} from "./component.ts";

export function looksLikeSpdx(document: Fields): boolean {
  return typeof document["spdxVersion"] === "string";
}

/**
 * Reads an SPDX 2.x JSON document: its packages but those it describes. Who publishes a package
 * is its `originator`, else its `supplier`.
 *
 * @throws RejectedChange
 */
export function readSpdx(document: Fields): Bill {
  const specVersion = /^SPDX-(2\.\d)$/.exec(textOf(document, "spdxVersion"))?.[1];
  if (specVersion === undefined) {
    throw new RejectedChange("bad_data", "spdxVersion: expected SPDX-2.x");
  }
  const roots = rootsOf(document);
  const direct = directOf(document, roots);
  const listed = objectsOf(document, "packages")
    .filter((entry) => !roots.has(textOf(entry, "SPDXID")))
    .map((entry) => listedOf(entry, direct));
  return { format: "spdx", specVersion, components: toComponents(listed) };
}

const documentId = "SPDXRef-DOCUMENT";

/** The packages that the document describes: the product itself. */
function rootsOf(document: Fields): Set<string> {
  const described = objectsOf(document, "relationships").flatMap((relationship) => {
    const [from, type, to] = partsOf(relationship);
    if (type === "DESCRIBES" && from === documentId) {
      return [to];
    }
    return type === "DESCRIBED_BY" && to === documentId ? [from] : [];
  });
  return new Set([...textsOf(document, "documentDescribes"), ...described]);
}

function directOf(document: Fields, roots: ReadonlySet<string>): ReadonlySet<string> | null {
  const direct = new Set<string>();
  for (const relationship of objectsOf(document, "relationships")) {
    const [from, type, to] = partsOf(relationship);
    if (type === "DEPENDS_ON" && roots.has(from)) {
      direct.add(to);
    } else if (/^(?:\w+_)?DEPENDENCY_OF$/.test(type) && roots.has(to)) {
      direct.add(from);
    }
  }
  return direct.size === 0 ? null : direct;
}

function partsOf(relationship: Fields): [from: string, type: string, to: string] {
  return [
    textOf(relationship, "spdxElementId"),
    textOf(relationship, "relationshipType"),
    textOf(relationship, "relatedSpdxElement"),
  ];
}

function listedOf(entry: Fields, direct: ReadonlySet<string> | null): ListedComponent {
  const purl = objectsOf(entry, "externalRefs").find(
    (reference) => textOf(reference, "referenceType") === "purl",
  );
  return {
    purl: textOf(purl, "referenceLocator"),
    group: "",
    name: textOf(entry, "name"),
    version: textOf(entry, "versionInfo"),
    license: said(textOf(entry, "licenseConcluded")) || said(textOf(entry, "licenseDeclared")),
    maintainer: agentOf(textOf(entry, "originator")) || agentOf(textOf(entry, "supplier")),
    installScript: false,
    direct: direct === null ? null : direct.has(textOf(entry, "SPDXID")),
  };
}

function said(text: string): string {
  return text === "NOASSERTION" || text === "NONE" ? "" : text;
}

/** `Organization: ACME (security@acme.example)` is ACME. */
function agentOf(text: string): string {
  return nameOnly(said(text).replace(/^(?:Person|Organization|Tool):/, ""));
}
