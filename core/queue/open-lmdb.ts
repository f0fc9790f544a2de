import { open, type RootDatabase } from "lmdb";
import { makeFolder } from "../make-folder.ts";

/** The disk did not take a transaction; nothing of it was kept, and it may be tried again. */
export class DiskWriteError extends Error {
  override readonly name = "DiskWriteError";
}

/** Opens the LMDB file of a folder, which is made when missing. */
export function openLmdb(dir: string, maxDbs = 12): RootDatabase {
  makeFolder(dir);
  return open({
    path: dir,
    maxDbs,
    // A transaction's promise resolves after its fsync, and no other thread sees it before: a
    // batch is never stored from records that a power cut could take back.
    overlappingSync: false,
    // With it on, a commit that fails also rejects a promise that nobody can reach, and a full
    // disk ends the process. Transactions that are asked for together still share one sync.
    eventTurnBatching: false,
  });
}

/**
 * All of it or none, durable when resolved; many calls at once share one sync.
 *
 * @throws DiskWriteError when the disk is full or fails; whatever `work` throws.
 */
export async function durably<Result>(root: RootDatabase, work: () => Result): Promise<Result> {
  try {
    // A child transaction rolls back when `work` throws; a plain one would keep what was put.
    return await root.childTransaction(work);
  } catch (error) {
    if (isFailedCommit(error)) {
      void noteReason(error.commitError);
      throw new DiskWriteError("the data folder could not be written", { cause: error });
    }
    throw error;
  }
}

interface FailedCommit {
  /** Rejected with the reason a moment after the commit. */
  readonly commitError: Promise<unknown>;
}

function isFailedCommit(error: unknown): error is FailedCommit {
  return typeof error === "object" && error !== null && "commitError" in error;
}

/** LMDB has written the reason to standard error; a rejection unheard would end the process. */
async function noteReason(commitError: Promise<unknown>): Promise<void> {
  try {
    await commitError;
  } catch {
    // Heard.
  }
}
