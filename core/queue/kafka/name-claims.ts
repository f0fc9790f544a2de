import { z } from "zod";

/** Name and owner, both as short digests or words: they lie in the log in the clear. */
const Claims = z.array(z.tuple([z.string(), z.string()]));

export type NameClaim = z.infer<typeof Claims>[number];

/**
 * Who owns which name, from a log of claims: the first wins, for ever. A record's claims hold
 * together or not at all.
 *
 * About 80 bytes of memory for each name; a change takes one to three.
 */
export interface NameClaims {
  apply(record: { readonly key: string; readonly value: Buffer | null }): void;
  /** Those of the claims that another owner has. */
  refuted(claims: readonly NameClaim[]): NameClaim[];
  /** Whether every name has this owner already. */
  areKnown(claims: readonly NameClaim[]): boolean;
  /** Asks what becomes of a record that is about to be appended. */
  expect(key: string): void;
  /** The claims because of which it was refused; empty when it holds. */
  takeRefuted(key: string): readonly NameClaim[];
}

export function createNameClaims(): NameClaims {
  const owners = new Map<string, string>();
  /** Few owners have many names; each is kept once. */
  const interned = new Map<string, string>();
  const expected = new Map<string, readonly NameClaim[]>();

  function refuted(claims: readonly NameClaim[]): NameClaim[] {
    return claims.filter(([name, owner]) => (owners.get(name) ?? owner) !== owner);
  }

  function hold(claims: readonly NameClaim[]): void {
    for (const [name, owner] of claims) {
      if (!owners.has(name)) {
        owners.set(name, interned.get(owner) ?? owner);
        interned.set(owner, interned.get(owner) ?? owner);
      }
    }
  }

  return {
    apply({ key, value }) {
      const claims = Claims.parse(JSON.parse(value?.toString() ?? "[]"));
      const taken = refuted(claims);
      if (taken.length === 0) {
        hold(claims);
      }
      if (expected.has(key)) {
        expected.set(key, taken);
      }
    },
    refuted,
    areKnown: (claims) => claims.every(([name, owner]) => owners.get(name) === owner),
    expect: (key) => void expected.set(key, []),
    takeRefuted(key) {
      const taken = expected.get(key) ?? [];
      expected.delete(key);
      return taken;
    },
  };
}

export function toClaimsValue(claims: readonly NameClaim[]): Buffer {
  return Buffer.from(JSON.stringify(claims));
}
