import type { AttributeMap, AttributeValue } from "../../core/model/telemetry.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { slotOf } from "../scan/remember.ts";
import { createSecretFinder, type FoundSecret } from "./find-secrets.ts";
import { maskPersonalData, maskSecret } from "./mask.ts";
import { withPersonalData } from "./personal/maskable-data.ts";
import type { SecretRule } from "./rules/secret-rule.ts";
import { secretRules } from "./rules/secret-rules.ts";

/** A secret that was masked, with where it was and the masked words around it. */
export interface Sighting {
  readonly rule: SecretRule;
  readonly masked: string;
  /** Attribute key, or `name`, `status`, `body`. */
  readonly location: string;
  /** Masked text around it, at most 200 characters. */
  readonly excerpt: string;
  /** Range of the secret in the unmasked text. */
  readonly start: number;
  readonly end: number;
}

export interface Redactor {
  /** The text with its secrets masked; the same string if there are none. */
  text(text: string, location: string, sightings: Sighting[]): string;
  /** The value with every string, key and byte array in it masked; itself if there are none. */
  value(value: AttributeValue, location: string, sightings: Sighting[]): AttributeValue;
  map(map: AttributeMap, sightings: Sighting[]): AttributeMap;
  /** Rules of the operator's own, which also judge what was masked for them. */
  readonly rules: RuleSet | undefined;
}

/** Names whose value is a secret more often than not, so the name counts as context. */
const tellingKey =
  /pass(?:word|wd|phrase)|secret|token|api[._-]?key|authorization|credential|private[._-]?key|access[._-]?key/i;

const knownKeysLimit = 4096;

interface KnownKey {
  readonly masked: string;
  readonly telling: boolean;
}

/**
 * Masks what the secret rules find, whatever the dialect. Only the secret goes; the words
 * around it stay. Masking is deterministic and masked text holds nothing to mask again.
 *
 * @param key of the digests in masks.
 * @param rules of the operator's own, which mask more.
 */
export function createRedactor(key: string, rules?: RuleSet): Redactor {
  const find = createSecretFinder(secretRules);
  const findAll = rememberShort((original) => withPersonalData(original, find(original)));
  const keyOf = createKeyBook((name) => text(name, name, []));

  function text(original: string, location: string, sightings: Sighting[]): string {
    const known = findAll(original);
    const found = rules === undefined ? known : rules.withSecrets(original, known);
    return found.length === 0 ? original : replace({ original, found, location, key }, sightings);
  }

  function named(name: string, original: string, sightings: Sighting[]): string {
    const masked = text(original, name, sightings);
    if (masked !== original || !keyOf(name).telling || original.length < 8) {
      return masked;
    }
    const lead = `${name.split(".").at(-1) ?? name}: `;
    const found = find(lead + original).filter((secret) => secret.start >= lead.length);
    const shifted = found.map((secret) => ({
      ...secret,
      start: secret.start - lead.length,
      end: secret.end - lead.length,
    }));
    return shifted.length === 0
      ? original
      : replace({ original, found: shifted, location: name, key }, sightings);
  }

  function value(original: AttributeValue, name: string, sightings: Sighting[]): AttributeValue {
    if (typeof original === "string") {
      return named(name, original, sightings);
    }
    if (typeof original !== "object" || original === null) {
      return original;
    }
    if (original instanceof Uint8Array) {
      const asText = Buffer.from(original).toString("latin1");
      const masked = text(asText, name, sightings);
      return masked === asText ? original : masked;
    }
    return original instanceof Map
      ? map(original as AttributeMap, sightings)
      : list(original as readonly AttributeValue[], name, sightings);
  }

  function list(items: readonly AttributeValue[], name: string, sightings: Sighting[]) {
    const masked = items.map((item) => value(item, name, sightings));
    return masked.every((item, index) => item === items[index]) ? items : masked;
  }

  function map(original: AttributeMap, sightings: Sighting[]): AttributeMap {
    let changed: Map<string, AttributeValue> | null = null;
    for (const [name, item] of original) {
      const maskedName = keyOf(name).masked;
      const maskedItem = value(item, maskedName, sightings);
      if (maskedItem !== item || maskedName !== name) {
        changed ??= new Map(original);
        changed.delete(name);
        changed.set(maskedName, maskedItem);
      }
    }
    return changed ?? original;
  }

  return { text, value, map, rules };
}

/** Names of models, agents, operations and hosts are shorter. */
const longestShort = 48;
const shortSlots = 1024;
const nothingFound: readonly FoundSecret[] = [];

/** Remembers short texts in which nothing was found: the same few stand in every record. */
function rememberShort(
  search: (text: string) => readonly FoundSecret[],
): (text: string) => readonly FoundSecret[] {
  const clean: string[] = Array.from({ length: shortSlots }, () => "");
  return (text) => {
    if (text.length > longestShort) {
      return search(text);
    }
    const slot = slotOf(text, shortSlots);
    if (clean[slot] === text) {
      return nothingFound;
    }
    const found = search(text);
    if (found.length === 0) {
      clean[slot] = text;
    }
    return found;
  };
}

/** Masks and judges attribute names, which repeat on every record. */
function createKeyBook(mask: (name: string) => string): (name: string) => KnownKey {
  const known = new Map<string, KnownKey>();
  return (name) => {
    const entry = known.get(name);
    if (entry !== undefined) {
      return entry;
    }
    const fresh = { masked: mask(name), telling: tellingKey.test(name) };
    if (known.size >= knownKeysLimit) {
      known.clear();
    }
    known.set(name, fresh);
    return fresh;
  };
}

interface Replacement {
  readonly original: string;
  readonly found: readonly FoundSecret[];
  readonly location: string;
  readonly key: string;
}

/** Splices the masks in, then notes each sighting with masked words around it. */
function replace(replacement: Replacement, sightings: Sighting[]): string {
  const { original, found, location, key } = replacement;
  const places: { readonly secret: FoundSecret; readonly masked: string; readonly at: number }[] =
    [];
  let output = "";
  let from = 0;
  for (const secret of found) {
    const masked = maskFound(original.slice(secret.start, secret.end), secret, key);
    output += original.slice(from, secret.start);
    places.push({ secret, masked, at: output.length });
    output += masked;
    from = secret.end;
  }
  output += original.slice(from);
  for (const { secret, masked, at } of places) {
    const excerpt = output.slice(Math.max(0, at - 80), at + masked.length + 80);
    const { rule, start, end } = secret;
    sightings.push({ rule, masked, location, excerpt, start, end });
  }
  return output;
}

function maskFound(value: string, { rule }: FoundSecret, key: string): string {
  return rule.personal === true
    ? maskPersonalData(value, rule.id, key)
    : maskSecret(value, rule.shownPrefix, key);
}
