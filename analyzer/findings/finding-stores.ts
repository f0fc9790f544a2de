import type { Store } from "../../core/store/store.ts";

/** The two connections of the finding stage; a connection runs one query at a time. */
export interface FindingStores {
  readonly reads: Store;
  readonly writes: Store;
}
