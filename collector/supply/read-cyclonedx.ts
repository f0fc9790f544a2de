import type { Bill } from "../../core/model/bill.ts";
import { type Fields, isFields } from "../changes/read-fields.ts";
import { RejectedChange } from "../changes/rejected-change.ts";
import {
  type ListedComponent,
  nameOnly,
  objectOf,
  objectsOf,
  textOf,
  textsOf,
  toComponents,
} from "./component.ts";

export function looksLikeCycloneDx(document: Fields): boolean {
  return document["bomFormat"] === "CycloneDX";
}

/**
 * Reads a CycloneDX 1.x JSON document. Components may nest; files are left out, for they are
 * parts of a component. Who publishes a component is its `publisher`, else `authors`, `author`,
 * `manufacturer` or `supplier`.
 *
 * @throws RejectedChange
 */
export function readCycloneDx(document: Fields): Bill {
  const specVersion = textOf(document, "specVersion");
  if (!/^1\.\d{1,2}$/.test(specVersion)) {
    throw new RejectedChange("bad_data", "specVersion: expected CycloneDX 1.x");
  }
  const directRefs = directOf(document);
  const listed: ListedComponent[] = [];
  const pending = objectsOf(document, "components");
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (textOf(next, "type") !== "file") {
      listed.push(listedOf(next, directRefs));
    }
    pending.push(...objectsOf(next, "components"));
  }
  return { format: "cyclonedx", specVersion, components: toComponents(listed) };
}

/** What the described product depends on itself; `null` where the document says nothing. */
function directOf(document: Fields): ReadonlySet<string> | null {
  const root = textOf(objectOf(objectOf(document, "metadata"), "component"), "bom-ref");
  const entry = objectsOf(document, "dependencies").find((each) => textOf(each, "ref") === root);
  return root === "" || entry === undefined ? null : new Set(textsOf(entry, "dependsOn"));
}

function listedOf(component: Fields, directRefs: ReadonlySet<string> | null): ListedComponent {
  return {
    purl: textOf(component, "purl"),
    group: textOf(component, "group"),
    name: textOf(component, "name"),
    version: textOf(component, "version"),
    license: licenseOf(component),
    maintainer: maintainerOf(component),
    installScript: objectsOf(component, "properties").some(saysInstallScript),
    direct: directRefs === null ? null : directRefs.has(textOf(component, "bom-ref")),
  };
}

function licenseOf(component: Fields): string {
  return objectsOf(component, "licenses")
    .map((entry) => {
      const license = objectOf(entry, "license");
      return textOf(entry, "expression") || textOf(license, "id") || textOf(license, "name");
    })
    .filter((text) => text !== "")
    .toSorted()
    .join(" AND ");
}

function maintainerOf(component: Fields): string {
  const authors = objectsOf(component, "authors")
    .map((author) => nameOnly(textOf(author, "name")))
    .filter((name) => name !== "");
  return (
    nameOnly(textOf(component, "publisher")) ||
    authors.toSorted().join(", ") ||
    nameOnly(textOf(component, "author")) ||
    nameOnly(textOf(objectOf(component, "manufacturer"), "name")) ||
    nameOnly(textOf(objectOf(component, "supplier"), "name"))
  );
}

/** No taxonomy has one name for it: `cdx:npm:package:hasInstallScript`, `…:install-scripts`, … */
function saysInstallScript(property: unknown): boolean {
  return (
    isFields(property) &&
    /(?:^|:)(?:has)?[-_]?(?:(?:pre|post)?install)[-_]?(?:scripts?)?$/i.test(
      textOf(property, "name"),
    ) &&
    !/^(?:|false|0|no)$/i.test(textOf(property, "value"))
  );
}
