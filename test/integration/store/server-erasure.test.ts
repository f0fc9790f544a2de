import { describeErasure } from "../../core/erasure/erasure-contract.ts";
import { openStoreOnOwnServer } from "../../helpers/clickhouse-server/server-store.ts";

describeErasure(openStoreOnOwnServer);
