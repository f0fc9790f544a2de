/** Appends to a list being decoded; an empty list may be a shared constant and is replaced. */
export function append<T>(list: readonly T[], item: T): readonly T[] {
  if (list.length === 0) {
    return [item];
  }
  (list as T[]).push(item);
  return list;
}
