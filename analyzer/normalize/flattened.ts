import type { AttributeMap } from "../../core/model/telemetry.ts";

/** Deeper or larger indices than any real message list; hostile ones are ignored. */
const maxIndex = 10_000;

/**
 * Rebuilds lists that were flattened to `prefix.0.message.role` into arrays of maps, one per
 * prefix that occurs. Indices are positions; holes close up.
 */
export function unflatten(
  attributes: AttributeMap,
  prefixes: readonly string[],
): ReadonlyMap<string, unknown> {
  const roots = new Map<string, Map<string, unknown>>();
  for (const [key, value] of attributes) {
    const prefix = prefixes.find(
      (candidate) => key.startsWith(candidate) && key[candidate.length] === ".",
    );
    if (prefix !== undefined) {
      const root = roots.get(prefix) ?? new Map<string, unknown>();
      roots.set(prefix, root);
      place(root, key.slice(prefix.length + 1).split("."), value);
    }
  }
  return new Map([...roots].map(([prefix, root]) => [prefix, listsOf(root)]));
}

function place(root: Map<string, unknown>, path: readonly string[], value: unknown): void {
  let node = root;
  for (const step of path.slice(0, -1)) {
    const child = node.get(step);
    const next =
      child instanceof Map ? (child as Map<string, unknown>) : new Map<string, unknown>();
    node.set(step, next);
    node = next;
  }
  node.set(path.at(-1) ?? "", value);
}

/** A map whose keys are all indices becomes an array, at every depth. */
function listsOf(node: unknown): unknown {
  if (!(node instanceof Map)) {
    return node;
  }
  const map = node as Map<string, unknown>;
  const keys = [...map.keys()];
  if (keys.length > 0 && keys.every((key) => /^\d{1,5}$/.test(key) && Number(key) < maxIndex)) {
    return keys.toSorted((a, b) => Number(a) - Number(b)).map((key) => listsOf(map.get(key)));
  }
  return new Map(keys.map((key) => [key, listsOf(map.get(key))]));
}
