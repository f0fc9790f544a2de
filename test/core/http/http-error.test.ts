import { HttpError, toHttpError } from "../../../core/http/http-error.ts";
import { JournalError } from "../../../core/queue/kafka/journal-error.ts";

describe("an error as an answer", () => {
  it("is 503 with a time to try again while the brokers are away", () => {
    const cause = new JournalError("topic t cannot be written at present");
    expect(toHttpError(cause)).toMatchObject({
      kind: "unavailable",
      message: "topic t cannot be written at present; try again",
      headers: { "retry-after": "5" },
      cause,
    });
  });

  it("keeps its kind, and gives nothing away that is not meant to be said", () => {
    const own = new HttpError("conflict", "no");
    expect(toHttpError(own)).toBe(own);
    expect(toHttpError(new Error("secret"))).toMatchObject({
      kind: "internal",
      message: expect.not.stringContaining("secret"),
    });
  });
});
