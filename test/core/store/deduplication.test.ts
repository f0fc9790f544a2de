import { openMemoryStore } from "../../helpers/memory-store.ts";
import { describeDeduplication } from "./deduplication-contract.ts";

describeDeduplication(() => openMemoryStore());
