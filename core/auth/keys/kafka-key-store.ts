import { randomBytes } from "node:crypto";
import type { Journal, JournalHost } from "../../queue/kafka/journal.ts";
import { JournalError } from "../../queue/kafka/journal-error.ts";
import {
  changeRecordKey,
  createKeyLog,
  type KeyLog,
  toKeyValue,
  usedRecordKey,
} from "./key-log.ts";
import type { KeyStore } from "./key-store.ts";
import type { ManagedKey } from "./managed-key.ts";

const usedGranularityMs = 60_000;
/** Each means that another process changed a key at the same moment. */
const maxAttempts = 50;

/**
 * The managed keys of several processes, in a topic and in memory. A key that one process revokes
 * is refused by the others as soon as they have read of it, milliseconds later; while they cannot
 * reach the brokers, they go on with what they know.
 *
 * `close` does nothing: it is closed with `journals`.
 */
export async function openKafkaKeyStore(options: {
  readonly journals: JournalHost;
  readonly topic: string;
}): Promise<KeyStore> {
  const log = createKeyLog();
  const journal = await options.journals.open({
    topic: options.topic,
    from: "start",
    apply: (record) => log.apply(record),
  });
  return {
    list: () => [...log.keys.values()].toSorted((a, b) => a.createdAtUnixMs - b.createdAtUnixMs),
    get revision() {
      return log.revision;
    },
    async add(key, conflict) {
      const added = await change(log, journal, () =>
        [...log.keys.values()].some(conflict) ? null : key,
      );
      return added !== null;
    },
    update: (id, edit) =>
      change(log, journal, () => {
        const key = log.keys.get(id);
        return key === undefined ? null : edit(key);
      }),
    used(id, nowUnixMs) {
      if (Math.abs(nowUnixMs - (log.lastUsed.get(id) ?? 0)) >= usedGranularityMs) {
        log.lastUsed.set(id, nowUnixMs);
        void noteUse(journal, id, nowUnixMs);
      }
    },
    lastUsedUnixMs: (id) => log.lastUsed.get(id) ?? null,
    close: async () => undefined,
  };
}

/** Decides on what is known now, and again if another change came before in the log. */
async function change(
  log: KeyLog,
  journal: Journal,
  edit: () => ManagedKey | null,
): Promise<ManagedKey | null> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    await journal.sync();
    const { revision } = log;
    const key = edit();
    if (key === null || (await append(log, journal, { revision, key }))) {
      return key;
    }
  }
  throw new JournalError("too many others change keys at the moment");
}

async function append(
  log: KeyLog,
  journal: Journal,
  changed: { revision: number; key: ManagedKey },
): Promise<boolean> {
  const recordKey = changeRecordKey(randomBytes(12).toString("base64url"));
  log.expect(recordKey);
  try {
    await journal.append(recordKey, toKeyValue(changed));
    return log.takeHeld(recordKey);
  } catch (error) {
    log.takeHeld(recordKey);
    throw error;
  }
}

async function noteUse(journal: Journal, id: string, unixMs: number): Promise<void> {
  try {
    await journal.append(usedRecordKey(id), toKeyValue({ unixMs }));
  } catch {
    // It must not fail the request; the next minute's use tries again.
  }
}
