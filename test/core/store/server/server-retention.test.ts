import { openStoreOnOwnServer } from "../../../helpers/clickhouse-server/server-store.ts";
import { describeRetention } from "../../retention/retention-contract.ts";

describeRetention(openStoreOnOwnServer);
