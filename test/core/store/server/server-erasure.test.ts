import { openStoreOnOwnServer } from "../../../helpers/clickhouse-server/server-store.ts";
import { describeErasure } from "../../erasure/erasure-contract.ts";

describeErasure(openStoreOnOwnServer);
