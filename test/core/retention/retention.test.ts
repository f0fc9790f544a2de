import { openMemoryStore } from "../../helpers/memory-store.ts";
import { describeRetention } from "./retention-contract.ts";

describeRetention(() => openMemoryStore());
