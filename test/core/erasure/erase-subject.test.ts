import { openMemoryStore } from "../../helpers/memory-store.ts";
import { describeErasure } from "./erasure-contract.ts";

describeErasure(() => openMemoryStore());
