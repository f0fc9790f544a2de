import { normalizeLog, normalizeSpan } from "../../../analyzer/normalize/normalize.ts";
import type { GenAiRecord } from "../../../core/model/genai.ts";
import type { AttributeValue } from "../../../core/model/telemetry.ts";
import { logOf, spanEventOf, spanOf } from "../../helpers/otlp-records.ts";
import { spoken, toValue } from "./normalized.ts";

const details = "gen_ai.client.inference.operation.details";
const said = [
  {
    role: "assistant",
    parts: [
      { type: "text", content: "first\nline" },
      { type: "text", content: "second line" },
    ],
  },
];
const json = JSON.stringify(said);

/** The three encodings of the same messages, and what can be read of them. */
const encodings: [name: string, value: AttributeValue, texts: string[]][] = [
  ["JSON text", json, ["first\nline", "second line"]],
  ["a structured value", toValue(said), ["first\nline", "second line"]],
  ["cut-off JSON", json.slice(0, json.indexOf("nd line")), ["first\nline", "seco"]],
];

/** The places in which messages stand. */
const places: [name: string, read: (value: AttributeValue) => GenAiRecord | null][] = [
  ["a span attribute", (value) => normalizeSpan(spanOf({ "gen_ai.output.messages": value }))],
  [
    "a span event",
    (value) =>
      normalizeSpan(
        spanOf(
          { "gen_ai.operation.name": "chat" },
          { events: [spanEventOf(details, { "gen_ai.output.messages": value })] },
        ),
      ),
  ],
  [
    "a span event of 1.27",
    (value) =>
      normalizeSpan(
        spanOf(
          { "gen_ai.system": "openai" },
          { events: [spanEventOf("gen_ai.content.completion", { "gen_ai.completion": value })] },
        ),
      ),
  ],
  [
    "an attribute of a log event",
    (value) =>
      normalizeLog(
        logOf(details, null, { attributes: new Map([["gen_ai.output.messages", value]]) }),
      ),
  ],
  [
    "the body of a log event",
    (value) => normalizeLog(logOf(details, new Map([["gen_ai.output.messages", value]]))),
  ],
];

describe.each(places)("content in %s", (_place, read) => {
  it.each(encodings)("is read from %s", (_encoding, value, texts) => {
    const contents = read(value)?.contents;
    expect(spoken(contents)).toEqual(texts.map((text) => ["output", text, ""]));
  });
});

describe("content in the body of a log event as text", () => {
  const choice = { index: 0, message: { role: "assistant", content: "first line" } };

  it.each([
    ["JSON text", JSON.stringify(choice), "first line"],
    ["a structured value", toValue(choice), "first line"],
    ["cut-off JSON", JSON.stringify(choice).slice(0, -6), "first l"],
    ["plain text", "first line", "first line"],
  ])("is read from %s", (_encoding, body, text) => {
    const record = normalizeLog(logOf("gen_ai.choice", body));
    expect(spoken(record?.contents)).toEqual([["output", text, ""]]);
  });

  it("is read from the JSON of an event's attributes", () => {
    const body = JSON.stringify({ "gen_ai.output.messages": said });
    expect(spoken(normalizeLog(logOf(details, body))?.contents)).toHaveLength(2);
  });
});

describe("content kept elsewhere", () => {
  it("is known by its URI and has no text", () => {
    const attributes = {
      "gen_ai.input.messages_ref": "gs://bucket/in.json",
      "gen_ai.output.messages_ref": "gs://bucket/out.json",
    };
    const span = normalizeSpan(spanOf(attributes));
    const log = normalizeLog(
      logOf(details, null, { attributes: new Map(Object.entries(attributes)) }),
    );
    for (const record of [span, log]) {
      expect(record?.contents).toEqual([
        expect.objectContaining({ direction: "input", text: "", location: "gs://bucket/in.json" }),
        expect.objectContaining({
          direction: "output",
          text: "",
          location: "gs://bucket/out.json",
        }),
      ]);
    }
  });

  it("is known by the reference of a coding agent", () => {
    const record = normalizeLog(
      logOf("claude_code.api_request_body", null, {
        attributes: new Map([["body_ref", "file:///tmp/body.json"]]),
      }),
    );
    expect(record?.contents).toEqual([
      expect.objectContaining({ text: "", location: "file:///tmp/body.json" }),
    ]);
  });
});
