import { openMemoryStore } from "../../../helpers/memory-store.ts";
import { describeAdHoc } from "./ad-hoc-contract.ts";

describeAdHoc(() => openMemoryStore());
