/** What the front does wrong on purpose, to the next `times` requests whose statement matches. */
export interface Fault {
  /** Source of a regular expression, without flags but `i`; empty: every statement. */
  readonly match: string;
  /**
   * `cut-before`: the connection breaks and nothing ran. `cut-after`: the statement ran, and the
   * connection breaks before the answer. `error`: answers `code` without running anything.
   * `error-after`: runs it, and answers `code`. `delay`: waits first.
   */
  readonly action: "cut-before" | "cut-after" | "error" | "error-after" | "delay";
  /** Requests it strikes; `null`: until it is cleared. */
  readonly times: number | null;
  readonly delayMs?: number;
  /** ClickHouse's code, such as 252. */
  readonly code?: number;
}

/** The faults that stand, in the order they were set. */
export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** The first fault that strikes this statement, counted as used. */
  take(statement: string): Fault | undefined;
  /** Strikes so far. */
  struck(): number;
}

export function createFaults(): Faults {
  let standing: { fault: Fault; left: number }[] = [];
  let struck = 0;
  return {
    add(fault) {
      standing.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
    },
    clear() {
      standing = [];
    },
    take(statement) {
      const found = standing.find(({ fault }) => new RegExp(fault.match, "i").test(statement));
      if (found === undefined) {
        return undefined;
      }
      struck += 1;
      found.left -= 1;
      standing = standing.filter(({ left }) => left > 0);
      return found.fault;
    },
    struck: () => struck,
  };
}
