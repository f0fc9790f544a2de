import { openStoreOnOwnServer } from "../../../helpers/clickhouse-server/server-store.ts";
import { describeMaxDisk } from "../max-disk-contract.ts";

describeMaxDisk(openStoreOnOwnServer);
