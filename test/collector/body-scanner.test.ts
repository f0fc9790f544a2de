import { createBodyScanner } from "../../collector/body-scanner.ts";
import { OtlpDecodeError } from "../../core/otlp/otlp-decode-error.ts";
import { scanRequest } from "../../core/otlp/scan.ts";
import { toOtlpJson } from "../core/otlp/oracle-json.ts";
import { exampleSpan, traceExample } from "../helpers/otlp-examples.ts";

const limits = { oldestUnixNano: 0n, newestUnixNano: 2n ** 63n, maxDepth: 100 };
const spans = Array.from({ length: 2000 }, (_, index) =>
  exampleSpan(index === 7 ? { traceId: Buffer.alloc(3) } : {}),
);
const large = toOtlpJson(traceExample(spans)[1]);

const scanner = createBodyScanner();
afterAll(async () => scanner.close());

it("scans a large JSON body in its thread as it would be scanned here", async () => {
  const scan = scanner.scan("traces", "json", large, limits);
  expect(scan).toBeInstanceOf(Promise);
  expect(await scan).toEqual(scanRequest("traces", "json", large, limits));
  expect(await scan).toMatchObject({ accepted: 1999, rejectedOrdinals: [7] });
});

it("scans small and protobuf bodies at once", () => {
  const small = toOtlpJson(traceExample()[1]);
  expect(scanner.scan("traces", "json", small, limits)).toMatchObject({ accepted: 1 });
  expect(scanner.scan("traces", "protobuf", new Uint8Array(0), limits)).toMatchObject({
    accepted: 0,
  });
});

it("refuses in the same words, and answers each question with its own answer", async () => {
  const broken = large.subarray(0, -1);
  const answers = await Promise.allSettled(
    [broken, large, broken].map(async (body) => scanner.scan("traces", "json", body, limits)),
  );
  expect(answers.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "rejected"]);
  expect(answers[0]).toMatchObject({
    reason: expect.objectContaining({ message: messageOf(broken) }),
  });
  expect(answers[0]).toMatchObject({ reason: expect.any(OtlpDecodeError) });
});

it("refuses a body of more objects than any sender makes, before it is parsed", async () => {
  const many = Buffer.from(`{"resourceSpans":[${"{},".repeat(2_000_001)}{}]}`);
  await expect(scanner.scan("traces", "json", many, limits)).rejects.toThrow(
    "expected at most 4000000 objects, lists and members",
  );
  const text = Buffer.from(JSON.stringify({ a: "{,[\\".repeat(2_000_000) }));
  expect(await scanner.scan("traces", "json", text, limits)).toMatchObject({ accepted: 0 });
});

function messageOf(body: Uint8Array): string {
  try {
    scanRequest("traces", "json", body, limits);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}
