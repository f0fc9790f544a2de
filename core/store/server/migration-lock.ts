import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Store } from "../store.ts";
import { StoreError } from "../store-error.ts";

export interface MigrationLockOptions {
  readonly cluster: string;
  readonly signal: AbortSignal;
  /** A holder that was silent for so long, by the server's clock, has died. */
  readonly staleSeconds?: number;
  /** Called once when another holds the lock. */
  readonly onWait?: (holder: string) => void;
}

export interface MigrationLock {
  /** @throws MigrationLockLostError when another has taken over. */
  requireHeld(): Promise<void>;
  release(): Promise<void>;
}

/** Others took this process for dead; what it would do now, they do. */
export class MigrationLockLostError extends Error {
  override readonly name = "MigrationLockLostError";
}

const prefix = "migration_lock_";
const released = "released";
const pollMs = 200;
const tableExists = "57";

interface Seen {
  readonly generation: number;
  readonly holder: string;
  readonly silentSeconds: number;
}

const newestLock = `
  SELECT
    toUInt32OrZero(substring(name, {start:UInt8})) AS generation,
    comment AS holder,
    dateDiff('second', metadata_modification_time, now()) AS silentSeconds
  FROM system.tables
  WHERE database = currentDatabase() AND startsWith(name, {prefix:String})
  ORDER BY generation DESC`;

/**
 * Waits until this process alone may migrate. ClickHouse has no locks, but of several
 * `CREATE TABLE` of one name a single one succeeds: the lock is the table with the highest
 * number, its comment names the holder, and changing the comment is the holder's sign of life.
 * Whoever finds it released or silent creates the next one.
 */
export async function takeMigrationLock(
  store: Store,
  options: MigrationLockOptions,
): Promise<MigrationLock> {
  const { signal, staleSeconds = 30, onWait } = options;
  const owner = randomUUID();
  for (let waited = false; ; ) {
    signal.throwIfAborted();
    const [seen] = await readLocks(store);
    const isFree = seen === undefined || seen.holder === released;
    if (isFree || seen.silentSeconds > staleSeconds) {
      const generation = (seen?.generation ?? 0) + 1;
      if (await create(store, options, { generation, owner })) {
        return await hold(store, options, { generation, owner });
      }
      continue;
    }
    if (!waited) {
      waited = true;
      onWait?.(seen.holder);
    }
    await sleep(pollMs, undefined, { signal });
  }
}

interface Held {
  readonly generation: number;
  readonly owner: string;
}

function readLocks(store: Store): Promise<Seen[]> {
  return store.query<Seen>(newestLock, { prefix, start: prefix.length + 1 });
}

async function create(
  store: Store,
  { cluster }: MigrationLockOptions,
  { generation, owner }: Held,
): Promise<boolean> {
  try {
    await store.command(
      `CREATE TABLE ${prefix}${generation} ${on(cluster)} (Nothing UInt8) ENGINE = Null ` +
        `COMMENT '${owner} 0'`,
    );
    return true;
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== tableExists) {
      throw error;
    }
    // A repetition of an own statement whose answer was lost finds its own table.
    const [seen] = await readLocks(store);
    return seen?.generation === generation && seen.holder.startsWith(owner);
  }
}

async function hold(
  store: Store,
  { cluster, staleSeconds = 30 }: MigrationLockOptions,
  { generation, owner }: Held,
): Promise<MigrationLock> {
  const table = `${prefix}${generation}`;
  for (const old of await readLocks(store)) {
    if (old.generation < generation) {
      await store.command(`DROP TABLE IF EXISTS ${prefix}${old.generation} ${on(cluster)}`);
    }
  }
  let beats = 0;
  let beating = Promise.resolve();
  const timer = setInterval(
    () => {
      beats += 1;
      // A beat that fails is missing; whether the lock is lost is asked before each step.
      beating = comment(`${owner} ${beats}`).catch(() => undefined);
    },
    (staleSeconds * 1000) / 5,
  );
  timer.unref();
  return {
    async requireHeld() {
      const [seen] = await readLocks(store);
      if (seen?.generation !== generation || !seen.holder.startsWith(owner)) {
        throw new MigrationLockLostError(
          "another process has taken over the migration, because this one was silent for too long",
        );
      }
    },
    async release() {
      clearInterval(timer);
      await beating;
      // If it cannot be said, others find it out by the silence.
      await comment(released).catch(() => undefined);
    },
  };

  function comment(text: string): Promise<void> {
    return store.command(`ALTER TABLE ${table} ${on(cluster)} MODIFY COMMENT '${text}'`);
  }
}

function on(cluster: string): string {
  return cluster === "" ? "" : `ON CLUSTER \`${cluster}\``;
}
