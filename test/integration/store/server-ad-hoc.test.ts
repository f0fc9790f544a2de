import { describeAdHoc } from "../../core/store/ad-hoc/ad-hoc-contract.ts";
import { openTestServerStore } from "../../helpers/clickhouse-server/server-store.ts";
import {
  type ClickHouseServer,
  startClickHouseServer,
} from "../../helpers/clickhouse-server/start-clickhouse-server.ts";

let server: ClickHouseServer;

beforeAll(async () => {
  server = await startClickHouseServer();
});

afterAll(() => server.stop());

describeAdHoc(async () => {
  const store = await openTestServerStore(server);
  await store.migrate();
  return store;
});
