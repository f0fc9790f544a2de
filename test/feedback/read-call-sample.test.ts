import { flaggedOf } from "../../feedback/read-call-sample.ts";

const callOf = (spanId: string, tool: string) => ({
  traceId: "t",
  spanId,
  session: "s",
  service: "shop",
  tool,
  arguments: "{}",
});
const calls = [callOf("1", "get_reviews"), callOf("2", "http_post"), callOf("3", "http_post")];

describe("flaggedOf", () => {
  it.each([
    {
      name: "calls of the tool that did harm, failed ones too, not the one that brought it in",
      spans: [
        { spanId: "1", succeeded: 0 },
        { spanId: "2", succeeded: 1 },
        { spanId: "3", succeeded: 0 },
      ],
      tools: ["get_reviews"],
      expected: ["2", "3"],
    },
    {
      name: "every call with a detection where nothing succeeded",
      spans: [
        { spanId: "1", succeeded: 0 },
        { spanId: "3", succeeded: 0 },
      ],
      tools: ["http_post"],
      expected: ["1", "3"],
    },
    {
      name: "the findings' tools where detections lie on other spans",
      spans: [{ spanId: "chat", succeeded: 1 }],
      tools: ["http_post"],
      expected: ["2", "3"],
    },
    {
      name: "all calls of their traces where no tool is known",
      spans: [],
      tools: [""],
      expected: ["1", "2", "3"],
    },
  ])("are $name", ({ spans, tools, expected }) => {
    expect(flaggedOf(calls, spans, new Set(tools)).map(({ spanId }) => spanId)).toEqual(expected);
  });
});
