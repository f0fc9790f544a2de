import { openMemoryStore } from "../../helpers/memory-store.ts";
import { describeMaxDisk } from "./max-disk-contract.ts";

describeMaxDisk(() => openMemoryStore());
