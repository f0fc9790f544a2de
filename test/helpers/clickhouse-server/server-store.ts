import { join } from "node:path";
import { Config } from "../../../core/config/config.ts";
import { createLogger } from "../../../core/log.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import {
  type OpenedServerStore,
  openServerStore,
} from "../../../core/store/server/open-server-store.ts";
import { type ClickHouseServer, startClickHouseServer } from "./start-clickhouse-server.ts";

/** Dates in tests are fixed, and must not grow too old. */
const retention = { rawDays: 3650, windowDays: 3650, hourlyDays: 3650, findingDays: 3650 };

/** Opens the store of a front; `migrate` is the caller's to call. */
export async function openTestServerStore(
  server: Pick<ClickHouseServer, "url">,
  clickhouse: Partial<Config["store"]["clickhouse"]> = {},
): Promise<OpenedServerStore> {
  const config = Config.parse({
    store: { retention, clickhouse: { url: server.url, ...clickhouse } },
  });
  return await openServerStore({ config: config.store, logger: createLogger("silent") });
}

/** A migrated store on a server of its own, which ends with it. */
export async function openStoreOnOwnServer(): Promise<OpenedStore> {
  const server = await startClickHouseServer();
  const store = await openTestServerStore(server);
  await store.migrate();
  return {
    ...store,
    path: join(server.folder, "store"),
    spoolDir: "",
    async close() {
      await store.close();
      await server.stop();
    },
  };
}
