import { HttpError } from "./http-error.ts";

/** Values of the last row of a page, in the order of the list's sort key. */
export type CursorKey = readonly (string | number)[];

export interface Page {
  readonly limit: number;
  /** `null` for the first page. */
  readonly after: CursorKey | null;
}

export interface PageRule {
  readonly defaultLimit: number;
  readonly maxLimit: number;
  /** Types of the sort key, which a cursor must have exactly. */
  readonly key: readonly ("string" | "number")[];
}

/**
 * Reads `?limit=&cursor=`.
 *
 * @throws HttpError `invalid_request` for a limit outside 1 to `maxLimit` or a foreign cursor.
 */
export function readPage(query: unknown, rule: PageRule): Page {
  const { limit, cursor } = (query ?? {}) as { limit?: unknown; cursor?: unknown };
  return {
    limit: limit === undefined ? rule.defaultLimit : readLimit(limit, rule.maxLimit),
    after: cursor === undefined || cursor === "" ? null : decodeCursor(cursor, rule.key),
  };
}

/** Opaque to callers; carries nothing but the sort key. */
export function encodeCursor(key: CursorKey): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** @throws HttpError `invalid_request` unless the cursor has the given types. */
export function decodeCursor(cursor: unknown, types: PageRule["key"]): CursorKey {
  const key = typeof cursor === "string" && cursor.length <= 4096 ? parse(cursor) : null;
  const fits =
    Array.isArray(key) &&
    key.length === types.length &&
    types.every((type, index) => typeof key[index] === type);
  if (!fits) {
    throw new HttpError(
      "invalid_request",
      "cursor: expected the nextCursor of the previous page of this list",
    );
  }
  return key as CursorKey;
}

function readLimit(limit: unknown, maxLimit: number): number {
  const value = typeof limit === "string" && /^\d{1,9}$/.test(limit) ? Number(limit) : 0;
  if (value < 1 || value > maxLimit) {
    throw new HttpError("invalid_request", `limit: expected a number from 1 to ${maxLimit}`);
  }
  return value;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}
