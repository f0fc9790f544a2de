import type { AttributeMap } from "../../core/model/telemetry.ts";

/** Steps in a path; a longer path stays one name. */
const maxSteps = 12;

/** Paths that are remembered, of names that are not too long: senders repeat theirs. */
const maxPaths = 4096;
const maxNameLength = 128;

/** Where the value of an attribute belongs. */
interface Path {
  readonly prefix: string;
  readonly steps: readonly string[];
}

/**
 * Rebuilds lists that were flattened to `prefix.0.message.role` into arrays of maps, one per
 * prefix that occurs. Indices are positions; holes close up.
 */
export function createUnflattener(
  prefixes: readonly string[],
): (attributes: AttributeMap) => ReadonlyMap<string, unknown> {
  const paths = new Map<string, Path | null>();

  function pathOf(name: string): Path | null {
    const known = paths.get(name);
    if (known !== undefined) {
      return known;
    }
    const path = readPath(name, prefixes);
    if (name.length <= maxNameLength) {
      if (paths.size >= maxPaths) {
        paths.clear();
      }
      paths.set(name, path);
    }
    return path;
  }

  return (attributes) => {
    const roots = new Map<string, Branch>();
    for (const [name, value] of attributes) {
      const path = pathOf(name);
      if (path !== null) {
        const root: Branch = roots.get(path.prefix) ?? new Map<string, Branch | Leaf>();
        roots.set(path.prefix, root);
        place(root, path.steps, { value });
      }
    }
    return new Map([...roots].map(([prefix, root]) => [prefix, listsOf(root)]));
  };
}

function readPath(name: string, prefixes: readonly string[]): Path | null {
  const prefix = prefixes.find(
    (candidate) => name.startsWith(candidate) && name[candidate.length] === ".",
  );
  if (prefix === undefined) {
    return null;
  }
  const rest = name.slice(prefix.length + 1);
  const steps = rest.split(".", maxSteps);
  return { prefix, steps: steps.length < maxSteps ? steps : [rest] };
}

type Branch = Map<string, Branch | Leaf>;

/** A value of the sender's, which may itself be a map and is never written to. */
interface Leaf {
  readonly value: unknown;
}

function place(root: Branch, steps: readonly string[], leaf: Leaf): void {
  let node = root;
  const last = steps.length - 1;
  for (let index = 0; index < last; index += 1) {
    const step = steps[index] ?? "";
    const child = node.get(step);
    const next: Branch = child instanceof Map ? child : new Map<string, Branch | Leaf>();
    if (next !== child) {
      node.set(step, next);
    }
    node = next;
  }
  node.set(steps[last] ?? "", leaf);
}

/** A branch whose keys are all indices becomes an array, at every depth. */
function listsOf(node: Branch | Leaf | undefined): unknown {
  if (!(node instanceof Map)) {
    return node?.value;
  }
  const keys = [...node.keys()];
  if (keys.length > 0 && keys.every(isIndex)) {
    return keys.toSorted((a, b) => Number(a) - Number(b)).map((key) => listsOf(node.get(key)));
  }
  const members = new Map<string, unknown>();
  for (const [key, child] of node) {
    members.set(key, listsOf(child));
  }
  return members;
}

function isIndex(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 48 && first <= 57 && /^\d{1,9}$/.test(key);
}
