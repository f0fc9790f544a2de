import { z } from "zod";
import { Scopes } from "../../config/auth-config.ts";
import type { ManagedKey } from "./managed-key.ts";

const time = z.number().nullable();

const StoredKey = z.looseObject({
  id: z.string(),
  name: z.string(),
  tenant: z.string(),
  scopes: Scopes,
  createdAtUnixMs: z.number(),
  createdBy: z.string(),
  expiresAtUnixMs: time,
  revokedAtUnixMs: time,
  secrets: z.array(z.object({ sha256: z.string(), validUntilUnixMs: time })),
});

/** Holds only if nobody changed any key since `revision`: what it was decided on is still so. */
const Change = z.object({ revision: z.int().min(0), key: z.unknown() });

const Used = z.object({ unixMs: z.number() });

/** The managed keys that the log amounts to; the same in every process. */
export interface KeyLog {
  readonly keys: ReadonlyMap<string, ManagedKey>;
  /** How many changes held. */
  readonly revision: number;
  readonly lastUsed: Map<string, number>;
  apply(record: { readonly key: string; readonly value: Buffer | null }): void;
  /** Asks whether a change that is about to be appended holds. */
  expect(recordKey: string): void;
  takeHeld(recordKey: string): boolean;
}

export function createKeyLog(): KeyLog {
  const keys = new Map<string, ManagedKey>();
  const lastUsed = new Map<string, number>();
  const expected = new Map<string, boolean>();
  let revision = 0;
  return {
    keys,
    get revision() {
      return revision;
    },
    lastUsed,
    apply({ key: recordKey, value }) {
      const json: unknown = JSON.parse(value?.toString() ?? "null");
      if (recordKey.startsWith("u/")) {
        const id = recordKey.slice(2);
        lastUsed.set(id, Math.max(Used.parse(json).unixMs, lastUsed.get(id) ?? 0));
        return;
      }
      const change = Change.parse(json);
      if (change.revision === revision) {
        // Counted first: a process of an older version, which cannot read the key, must not come
        // to another count than the others.
        revision += 1;
        const key = StoredKey.parse(change.key);
        keys.set(key.id, key);
        if (expected.has(recordKey)) {
          expected.set(recordKey, true);
        }
      }
    },
    expect: (recordKey) => void expected.set(recordKey, false),
    takeHeld(recordKey) {
      const held = expected.get(recordKey) ?? false;
      expected.delete(recordKey);
      return held;
    },
  };
}

/** Key of the record of a key's last use; each replaces the one before. */
export function usedRecordKey(id: string): string {
  return `u/${id}`;
}

export function changeRecordKey(random: string): string {
  return `k/${random}`;
}

export function toKeyValue(
  json: z.infer<typeof Used> | { readonly revision: number; readonly key: ManagedKey },
): Buffer {
  return Buffer.from(JSON.stringify(json));
}
