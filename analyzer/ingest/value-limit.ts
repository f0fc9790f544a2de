/** Gives places to the first distinct texts; not to those that come when all are taken. */
export interface ValueLimit {
  /** Whether the text has, or now gets, a place. */
  admits(value: string): boolean;
  /** Takes the places of texts that were not seen on the day before, nor since. */
  startDay(day: number): void;
}

/** @param onOverflow called for every text without a place; says whether it is the day's first. */
export function createValueLimit(
  maxValues: number,
  onOverflow: (isFirstOfDay: boolean) => void,
): ValueLimit {
  /** Day of last use by text. */
  const places = new Map<string, number>();
  let today = 0;
  let overflowed = false;
  let last: string | null = null;
  return {
    admits(value) {
      // Records of one request mostly repeat the value of the one before.
      if (value === last) {
        return true;
      }
      const usedOn = places.get(value);
      if (usedOn === undefined && places.size >= maxValues) {
        onOverflow(!overflowed);
        overflowed = true;
        return false;
      }
      if (usedOn !== today) {
        places.set(usedOn === undefined ? copyOf(value) : value, today);
      }
      last = value;
      return true;
    },
    startDay(day) {
      for (const [value, usedOn] of places) {
        if (usedOn < day - 1) {
          places.delete(value);
        }
      }
      today = day;
      overflowed = false;
      last = null;
    },
  };
}

/** The same text in memory of its own: a part of a text keeps the whole of it alive. */
function copyOf(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}
