import { byFirstUse, learningMs, type NovelValue, type SeenValue } from "./noticed-value.ts";

/**
 * Values that are new to their subject, in order of first use. A subject's first value, and those
 * of the ten minutes after it, are its baseline. A value is new once: two that take turns, as in a
 * canary, are no change after both have been seen.
 */
export function novelPrompts(seen: readonly SeenValue[]): NovelValue[] {
  const subjects = createSubjects();
  return seen.toSorted(byFirstUse).flatMap((each) => {
    const key = JSON.stringify(each.subject);
    const previous = subjects.previous(key, each);
    subjects.take(key, each);
    return previous === null ? [] : [{ ...each, previous }];
  });
}

/**
 * Models that answer where others did: new to an agent's calls to one requested model (the
 * provider moved an alias), or new to the agent through a model it did not request before.
 */
export function novelModels(seen: readonly SeenValue[]): NovelValue[] {
  const pairs = createSubjects();
  const agents = createSubjects();
  return seen.toSorted(byFirstUse).flatMap((each) => {
    const [agent = ""] = each.subject;
    const pair = JSON.stringify(each.subject);
    const previous = pairs.has(pair) ? pairs.previous(pair, each) : agents.previous(agent, each);
    pairs.take(pair, each);
    agents.take(agent, each);
    return previous === null ? [] : [{ ...each, previous }];
  });
}

interface Subjects {
  has(key: string): boolean;
  /** The value before, if this one is new and the subject has settled; else `null`. */
  previous(key: string, seen: SeenValue): string | null;
  take(key: string, seen: SeenValue): void;
}

interface Subject {
  readonly firstUnixMs: number;
  readonly values: Set<string>;
  newest: string;
}

function createSubjects(): Subjects {
  const subjects = new Map<string, Subject>();
  return {
    has: (key) => subjects.has(key),
    previous(key, { value, firstUnixMs }) {
      const subject = subjects.get(key);
      const isNovel =
        subject !== undefined &&
        !subject.values.has(value) &&
        firstUnixMs - subject.firstUnixMs >= learningMs;
      return isNovel ? subject.newest : null;
    },
    take(key, { value, firstUnixMs }) {
      const subject = subjects.get(key) ?? { firstUnixMs, values: new Set(), newest: value };
      if (!subject.values.has(value)) {
        subject.values.add(value);
        subject.newest = value;
      }
      subjects.set(key, subject);
    },
  };
}
