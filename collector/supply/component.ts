import { type BillComponent, billLimits, sortComponents } from "../../core/model/bill.ts";
import { type Fields, isFields } from "../changes/read-fields.ts";
import { RejectedChange } from "../changes/rejected-change.ts";

/** What a document says about a component, before its identity is settled. */
export interface ListedComponent extends Omit<BillComponent, "purl" | "version"> {
  /** Package URL as listed, or empty. */
  readonly purl: string;
  readonly group: string;
  readonly name: string;
  readonly version: string;
}

/**
 * Components as bills hold them. One without a package URL is named `pkg:generic/<group>/<name>`.
 *
 * @throws RejectedChange `too_many`, `too_long`.
 */
export function toComponents(listed: readonly ListedComponent[]): BillComponent[] {
  if (listed.length > billLimits.components) {
    throw new RejectedChange(
      "too_many",
      `expected at most ${billLimits.components} components, got ${listed.length}`,
    );
  }
  return sortComponents(listed.map(toComponent).filter(({ purl }) => purl !== ""));
}

function toComponent(listed: ListedComponent): BillComponent {
  const { license, maintainer, installScript, direct } = listed;
  const [, path = "", versionInPurl = ""] = /^(pkg:[^@?#]+)(?:@([^?#]*))?/i.exec(listed.purl) ?? [];
  return {
    purl: within(path === "" ? genericPurl(listed) : path, billLimits.purl, "purl"),
    version: within(listed.version || decode(versionInPurl), billLimits.version, "version"),
    // Not worth a refusal; and text that is cut may hide half a secret from masking.
    license: license.length > billLimits.license ? "" : license,
    maintainer: maintainer.length > billLimits.maintainer ? "" : maintainer,
    installScript,
    direct,
  };
}

function genericPurl({ group, name }: ListedComponent): string {
  const segments = [group, name].filter((segment) => segment !== "").map(encodeURIComponent);
  return name === "" ? "" : `pkg:generic/${segments.join("/")}`;
}

function within(text: string, most: number, what: string): string {
  if (text.length > most) {
    throw new RejectedChange(
      "too_long",
      `${what} of a component: expected at most ${most} characters, got ${text.length}`,
    );
  }
  return text;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A string member; anything else is taken as not said, for documents vary. */
export function textOf(fields: Fields | undefined, name: string): string {
  const value = fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : "";
  return typeof value === "string" ? value.trim().toWellFormed() : "";
}

/** The objects of a list member; a single object counts as a list of one. */
export function objectsOf(fields: Fields, name: string): Fields[] {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter(isFields);
}

/** The strings of a list member; a single string counts as a list of one. */
export function textsOf(fields: Fields, name: string): string[] {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === "string");
}

export function objectOf(fields: Fields, name: string): Fields {
  return objectsOf(fields, name)[0] ?? {};
}

/** Names without mail addresses, which are personal and change more often than people do. */
export function nameOnly(text: string): string {
  return text
    .split(/\s+/)
    .filter((word) => !word.includes("@"))
    .join(" ")
    .trim();
}
