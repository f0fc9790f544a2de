/** What a process has opened, closed in the opposite order, also after half a start. */
export interface OpenParts {
  /** Remembers how a part is closed and gives the part back. */
  add<Part>(part: Part, close: (part: Part) => unknown): Part;
  /** Closes the newest first, each even if another fails; then throws the first failure. */
  close(): Promise<void>;
}

export function createOpenParts(): OpenParts {
  const closers: (() => unknown)[] = [];
  return {
    add(part, close) {
      closers.push(() => close(part));
      return part;
    },
    async close() {
      const failures: unknown[] = [];
      for (const close of closers.splice(0).toReversed()) {
        try {
          await close();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) {
        throw failures[0];
      }
    },
  };
}
