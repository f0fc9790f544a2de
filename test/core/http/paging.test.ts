import * as fc from "fast-check";
import { HttpError } from "../../../core/http/http-error.ts";
import { decodeCursor, encodeCursor, readPage } from "../../../core/http/paging.ts";

const rule = { defaultLimit: 50, maxLimit: 200, key: ["number", "string"] } as const;

describe("readPage", () => {
  it("gives the first page by default", () => {
    expect(readPage({}, rule)).toEqual({ limit: 50, after: null });
  });

  it("reads back the cursor it wrote", () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (time, id) => {
        const cursor = encodeCursor([time, id]);
        expect(readPage({ limit: "7", cursor }, rule)).toEqual({ limit: 7, after: [time, id] });
      }),
    );
  });

  it.each(["0", "-1", "201", "1e2", "x", ""])("refuses the limit %j", (limit) => {
    expect(() => readPage({ limit }, rule)).toThrow(HttpError);
  });

  it.each([
    ["not a cursor", "%%%"],
    ["another list's cursor", encodeCursor(["id"])],
    ["another order", encodeCursor(["id", 1])],
    ["an object", Buffer.from("{}").toString("base64url")],
    ["two cursors", ["a", "b"]],
  ])("refuses %s", (_name, cursor) => {
    expect(() => readPage({ cursor }, rule)).toThrow("nextCursor");
  });

  it("refuses whatever it did not write, as a mistake of the caller", () => {
    fc.assert(
      fc.property(fc.anything(), (cursor) => {
        expect(() => decodeCursor(cursor, rule.key)).toThrow(HttpError);
      }),
    );
  });
});
