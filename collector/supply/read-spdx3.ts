import type { Bill } from "../../core/model/bill.ts";
import type { Fields } from "../changes/read-fields.ts";
import {
  type ListedComponent,
  nameOnly,
  objectsOf,
  textOf,
  textsOf,
  toComponents,
} from "./component.ts";

export function looksLikeSpdx3(document: Fields): boolean {
  return Array.isArray(document["@graph"]) && textsOf(document, "@context").some(isSpdxContext);
}

function isSpdxContext(context: string): boolean {
  return context.startsWith("https://spdx.org/rdf/3.");
}

interface Graph {
  readonly elements: ReadonlyMap<string, Fields>;
  readonly roots: ReadonlySet<string>;
  readonly direct: ReadonlySet<string> | null;
  /** License element by package. */
  readonly licenses: ReadonlyMap<string, string>;
}

/**
 * Reads an SPDX 3.0 JSON-LD document as tools write it (one `@graph`, the published context, ids
 * in `spdxId`): its packages but the root elements.
 */
export function readSpdx3(document: Fields): Bill {
  const graph = graphOf(objectsOf(document, "@graph"));
  const listed = [...graph.elements]
    .filter(([id, element]) => typeOf(element) === "software_Package" && !graph.roots.has(id))
    .map(([id, element]) => listedOf(graph, id, element));
  const [context = ""] = textsOf(document, "@context");
  const specVersion = /\/rdf\/(3\.[0-9.]*\d)\//.exec(context)?.[1] ?? "3.0";
  return { format: "spdx", specVersion, components: toComponents(listed) };
}

function graphOf(elements: readonly Fields[]): Graph {
  const roots = new Set(elements.flatMap((element) => textsOf(element, "rootElement")));
  const relationships = elements.filter((element) => typeOf(element).endsWith("Relationship"));
  const direct = new Set<string>();
  const licenses = new Map<string, string>();
  for (const relationship of relationships) {
    const from = textOf(relationship, "from");
    const targets = textsOf(relationship, "to");
    const type = textOf(relationship, "relationshipType");
    if (type === "dependsOn" && roots.has(from)) {
      targets.forEach((target) => direct.add(target));
    } else if (
      type === "hasConcludedLicense" ||
      (type.endsWith("License") && !licenses.has(from))
    ) {
      licenses.set(from, targets[0] ?? "");
    }
  }
  return {
    elements: new Map(elements.map((element) => [textOf(element, "spdxId"), element])),
    roots,
    direct: direct.size === 0 ? null : direct,
    licenses,
  };
}

function typeOf(element: Fields): string {
  return textOf(element, "type") || textOf(element, "@type");
}

function listedOf(graph: Graph, id: string, element: Fields): ListedComponent {
  const identifier = objectsOf(element, "externalIdentifier").find(
    (each) => textOf(each, "externalIdentifierType") === "packageUrl",
  );
  const license = graph.elements.get(graph.licenses.get(id) ?? "");
  return {
    purl: textOf(element, "software_packageUrl") || textOf(identifier, "identifier"),
    group: "",
    name: textOf(element, "name"),
    version: textOf(element, "software_packageVersion"),
    license: textOf(license, "simplelicensing_licenseExpression") || textOf(license, "name"),
    maintainer:
      agentNames(graph, textsOf(element, "originatedBy")) ||
      agentNames(graph, textsOf(element, "suppliedBy")),
    installScript: false,
    direct: graph.direct === null ? null : graph.direct.has(id),
  };
}

function agentNames({ elements }: Graph, ids: readonly string[]): string {
  return ids
    .map((id) => nameOnly(textOf(elements.get(id), "name")))
    .filter((name) => name !== "")
    .toSorted()
    .join(", ");
}
