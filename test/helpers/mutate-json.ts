type Random = () => number;

/** Values that a reader may not expect where it looks for another. */
const oddValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  "",
  " ",
  "\u0000",
  "\ud800",
  "x".repeat(100_000),
  "2026-11-20T10:00:00Z",
  "9999-12-31T23:59:59Z",
  "0".repeat(40),
  "../../etc/passwd",
  "__proto__",
  [],
  [[]],
  {},
  { id: {}, length: 7 },
  Array.from({ length: 300 }, () => ({})),
];

const oddNames = ["__proto__", "constructor", "kind", "specversion", "id", "toString", ""];

/** A copy of a JSON value with one to four of its members replaced, removed, added or swapped. */
export function mutateJson(value: unknown, random: Random): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  for (let edits = below(random, 4); edits >= 0; edits -= 1) {
    editOne(copy, random);
  }
  return copy;
}

function editOne(root: unknown, random: Random): void {
  const nodes = containersOf(root);
  const node = nodes[below(random, nodes.length)];
  const keys = Object.keys(node ?? {});
  const key = keys[below(random, keys.length)];
  if (node === undefined || key === undefined) {
    return;
  }
  switch (below(random, 5)) {
    case 0:
      Reflect.deleteProperty(node, key);
      break;
    case 1: {
      const name = pick(random, oddNames);
      Object.defineProperty(node, name, property(pick(random, oddValues)));
      break;
    }
    case 2: {
      const other = keys[below(random, keys.length)] ?? key;
      node[key] = node[other];
      break;
    }
    default:
      node[key] = pick(random, oddValues);
  }
}

/** Also a member that is called `__proto__`, as `JSON.parse` makes it. */
function property(value: unknown): PropertyDescriptor {
  return { value, enumerable: true, configurable: true, writable: true };
}

function containersOf(root: unknown): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  const pending: unknown[] = [root];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === "object" && next !== null) {
      found.push(next as Record<string, unknown>);
      pending.push(...Object.values(next).filter((child) => child !== undefined));
    }
  }
  return found;
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * Math.max(1, limit));
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[below(random, items.length)] as T;
}
