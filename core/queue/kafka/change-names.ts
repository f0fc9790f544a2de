import { randomBytes } from "node:crypto";
import { stableId } from "../../model/identity.ts";
import type { AppendOptions } from "../queue.ts";
import type { Journal, JournalHost } from "./journal.ts";
import { createNameClaims, type NameClaim, type NameClaims, toClaimsValue } from "./name-claims.ts";

type Claims = NonNullable<AppendOptions["claims"]>;

/** The names (ids of changes) that requests claim, for all collectors together. */
export interface ChangeNames {
  /**
   * Claims all of the names, or none when another owner has one of them. Whoever has a name may
   * claim it again, at no cost. Durable when resolved.
   *
   * @returns the keys that another owner has; empty when all are claimed.
   * @throws JournalError when the log cannot be written within ten seconds.
   */
  claimNames(claims: Claims): Promise<string[]>;
}

/** Beyond it the claims of one request are several records, of which the first may hold alone. */
const maxClaimsPerRecord = 50_000;

/** Closed with `journals`. */
export async function openChangeNames(options: {
  readonly journals: JournalHost;
  readonly topic: string;
}): Promise<ChangeNames> {
  const names = createNameClaims();
  const journal = await options.journals.open({
    topic: options.topic,
    from: "start",
    apply: (record) => names.apply(record),
  });
  return { claimNames: (claims) => claimAll(names, journal, claims) };
}

async function claimAll(names: NameClaims, journal: Journal, claims: Claims): Promise<string[]> {
  const keys = new Map<string, string>();
  const wanted = claims.map(({ key, owner }): NameClaim => {
    const name = stableId(key);
    keys.set(name, key);
    return [name, owner];
  });
  for (let start = 0; start < wanted.length; start += maxClaimsPerRecord) {
    const taken = await claimSome(names, journal, wanted.slice(start, start + maxClaimsPerRecord));
    if (taken.length > 0) {
      return taken.map(([name]) => keys.get(name) ?? name);
    }
  }
  return [];
}

async function claimSome(
  names: NameClaims,
  journal: Journal,
  wanted: readonly NameClaim[],
): Promise<readonly NameClaim[]> {
  // Names never change hands, so what is known here holds without a look at the log.
  const taken = names.refuted(wanted);
  if (taken.length > 0 || names.areKnown(wanted)) {
    return taken;
  }
  // A key that no other record has: compaction must not take away the first of two claims.
  const key = randomBytes(12).toString("base64url");
  names.expect(key);
  try {
    await journal.append(key, toClaimsValue(wanted));
  } catch (error) {
    names.takeRefuted(key);
    throw error;
  }
  return names.takeRefuted(key);
}
