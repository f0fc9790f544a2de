import { describeRetention } from "../../core/retention/retention-contract.ts";
import { openStoreOnOwnServer } from "../../helpers/clickhouse-server/server-store.ts";

describeRetention(openStoreOnOwnServer);
