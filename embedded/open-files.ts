import { join, resolve } from "node:path";
import { isNotesEmpty, type NoteStore, openNotes } from "../collector/notes/note-store.ts";
import { openAudit } from "../core/audit/open-audit.ts";
import { type KeyStore, openKeyStore } from "../core/auth/keys/key-store.ts";
import type { Clock } from "../core/clock.ts";
import { openLmdbCommands } from "../core/commands/lmdb-commands.ts";
import type { Config } from "../core/config/config.ts";
import { inDataFolderTerms, prepareDataFolder } from "../core/data-folder.ts";
import { watchStore } from "../core/health/watch-store.ts";
import { openKey, type QueueKey } from "../core/keys/open-key.ts";
import type { Logger } from "../core/log.ts";
import type { OpenParts } from "../core/open-parts.ts";
import { openLmdbQueue } from "../core/queue/lmdb-queue.ts";
import { isQueueEmpty } from "../core/queue/queue-tables.ts";
import { inWords } from "../core/start-error.ts";
import { type OpenedStore, openStore } from "../core/store/open-store.ts";

/** Everything that lives in the data folder. */
export interface Files {
  readonly queueDir: string;
  readonly queueKey: QueueKey;
  readonly queue: ReturnType<typeof openLmdbQueue>;
  readonly notes: NoteStore;
  readonly commandsDir: string;
  readonly commands: ReturnType<typeof openLmdbCommands>;
  readonly audit: ReturnType<typeof openAudit>;
  readonly keyStore: KeyStore;
  readonly store: ReturnType<typeof watched>;
}

export interface OpenFilesOptions {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Where managed API keys are kept. */
export function keysDir({ dataDir }: Config): string {
  return join(resolve(dataDir), "api-keys");
}

/** Opens the data folder, brings its schema up to date and registers what is to be closed. */
export async function openFiles(options: OpenFilesOptions, opened: OpenParts): Promise<Files> {
  const { config, env, clock, logger } = options;
  const dataDir = resolve(config.dataDir);
  // The store comes first: it locks the data folder, so that a second process stops here.
  const openedStore = await inWords(() => openDataFolder(dataDir, config, logger));
  opened.add(openedStore, () => openedStore.close());
  const store = watched(openedStore);
  await inWords(() => store.migrate());
  const queueDir = join(dataDir, "queue");
  const notesDir = join(dataDir, "notes");
  const queueIsEmpty = (await isQueueEmpty(queueDir)) && (await isNotesEmpty(notesDir));
  const key = await inWords(() => openKey({ dataDir, keyFile: config.keyFile, env, queueIsEmpty }));
  const queue = openLmdbQueue({ dir: queueDir, key, config: config.queue, clock });
  opened.add(queue, () => queue.close());
  const notes = openNotes({ dir: notesDir, key, config: config.notes, clock });
  opened.add(notes, () => notes.close());
  const commandsDir = join(dataDir, "commands");
  const commands = openLmdbCommands({ dir: commandsDir });
  opened.add(commands, () => commands.close());
  const audit = openAudit({ dir: join(dataDir, "audit"), clock });
  opened.add(audit, () => audit.close());
  const keyStore = openKeyStore({ dir: keysDir(config) });
  opened.add(keyStore, () => keyStore.close());
  return { queueDir, queueKey: key, queue, notes, commandsDir, commands, audit, keyStore, store };
}

function watched(store: OpenedStore) {
  return { ...store, writes: watchStore(store.writes) };
}

async function openDataFolder(
  dataDir: string,
  config: Config,
  logger: Logger,
): Promise<OpenedStore> {
  prepareDataFolder(dataDir);
  try {
    return await openStore({ dataDir, config: config.store, logger });
  } catch (error) {
    throw inDataFolderTerms(dataDir, error);
  }
}
