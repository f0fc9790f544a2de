import { Config } from "../../core/config/config.ts";
import { createLogger } from "../../core/log.ts";
import { type OpenedStore, openStore } from "../../core/store/open-store.ts";

/**
 * A real store in a temporary folder, with every migration applied. chdb has one data folder per
 * process: close it in `afterAll`, and open no second one before that.
 */
export async function openMemoryStore(
  settings: Partial<Config["store"]> = {},
): Promise<OpenedStore> {
  // Tests use fixed dates, which must not grow too old.
  const retention = { rawDays: 3650, windowDays: 3650, hourlyDays: 3650, findingDays: 3650 };
  const store = await openStore({
    dataDir: ":memory:",
    config: { ...Config.parse({ store: { retention } }).store, ...settings },
    logger: createLogger("silent"),
  });
  await store.migrate();
  return store;
}
