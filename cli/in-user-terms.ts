import { BackupError } from "../core/backup/manifest.ts";
import { DataFolderError } from "../core/data-folder.ts";
import { QueueKeyError } from "../core/keys/open-key.ts";
import { NewerSchemaError } from "../core/store/migrate.ts";
import { UserError } from "./user-error.ts";

const spoken = [BackupError, DataFolderError, QueueKeyError, NewerSchemaError];

/** Runs work on the data folder; refusals are told without a stack. */
export async function inUserTerms<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && spoken.some((kind) => error instanceof kind)) {
      throw new UserError(error.message);
    }
    throw error;
  }
}
