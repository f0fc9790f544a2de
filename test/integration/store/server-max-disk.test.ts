import { describeMaxDisk } from "../../core/store/max-disk-contract.ts";
import { openStoreOnOwnServer } from "../../helpers/clickhouse-server/server-store.ts";

describeMaxDisk(openStoreOnOwnServer);
