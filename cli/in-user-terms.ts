import { BackupError } from "../core/backup/manifest.ts";
import { DataFolderError } from "../core/data-folder.ts";
import { QueueKeyError } from "../core/keys/open-key.ts";
import { TopicError } from "../core/queue/kafka/topics.ts";
import { StartError } from "../core/start-error.ts";
import { NewerSchemaError } from "../core/store/migrate.ts";
import { StoreError } from "../core/store/store-error.ts";
import { UserError } from "./user-error.ts";

const spoken = [
  BackupError,
  DataFolderError,
  QueueKeyError,
  NewerSchemaError,
  StartError,
  StoreError,
  TopicError,
];

/** Runs work on the data folder or on shared services; refusals are told without a stack. */
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
