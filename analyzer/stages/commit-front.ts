/** How far a log has been dealt with, and how far that outlasts this process. */
export interface CommitFront {
  /**
   * A record was dealt with, in the order of the log.
   *
   * @param isOpen whether its traces are still in memory alone
   */
  taken(offset: number, isOpen: boolean, nowUnixMs: number): void;
  /**
   * Where the next term has to begin: behind what is dealt with, but not behind anything open
   * since after `nowUnixMs - openMs`; `null` when nothing was taken.
   */
  committable(nowUnixMs: number): number | null;
}

export function createCommitFront(openMs: number): CommitFront {
  const open: { readonly offset: number; readonly takenAtUnixMs: number }[] = [];
  let next: number | null = null;
  return {
    taken(offset, isOpen, nowUnixMs) {
      next = offset + 1;
      if (isOpen) {
        open.push({ offset, takenAtUnixMs: nowUnixMs });
      }
    },
    committable(nowUnixMs) {
      const firstOpen = open.findIndex(({ takenAtUnixMs }) => nowUnixMs - takenAtUnixMs < openMs);
      open.splice(0, firstOpen < 0 ? open.length : firstOpen);
      return open[0]?.offset ?? next;
    },
  };
}
