import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { DataFolderError, inDataFolderTerms, prepareDataFolder } from "../data-folder.ts";
import type { Logger } from "../log.ts";
import { type OpenedStore, openStore } from "../store/open-store.ts";

export interface StoppedData {
  readonly dataDir: string;
  readonly config: Config["store"];
  readonly logger: Logger;
}

/**
 * Opens the store of a service that is stopped, as a service would: while it is open no service
 * can start on the folder, and if one runs this is refused.
 *
 * @throws DataFolderError in words.
 */
export async function withStoppedStore<T>(
  { dataDir, config, logger }: StoppedData,
  work: (store: OpenedStore) => Promise<T>,
): Promise<T> {
  prepareDataFolder(dataDir);
  const store = await openStore({ dataDir, config, logger }).catch((error: unknown) => {
    throw inDataFolderTerms(dataDir, error);
  });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** @throws DataFolderError when there is nothing in the folder. */
export function requireData(dataDir: string): void {
  if (!existsSync(join(dataDir, "store"))) {
    throw new DataFolderError(
      `There is no data of Telltale in ${dataDir}. Name the folder with TELLTALE_DATA_DIR or ` +
        "--config.",
    );
  }
}
