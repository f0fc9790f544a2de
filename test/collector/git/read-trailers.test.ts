import * as fc from "fast-check";
import { readIntent, readPullRequest } from "../../../collector/git/read-references.ts";
import { readTrailers } from "../../../collector/git/read-trailers.ts";

it.each([
  { name: "none", message: "Subject\n\nWords only.", trailers: [] },
  { name: "not the subject", message: "fix: a bug", trailers: [] },
  { name: "not a line of the description", message: "S\n\nNote: this\nis prose.", trailers: [] },
  {
    name: "folded lines",
    message: "S\n\nBody.\n\nRefs: one\n  two\nIssue: 3",
    trailers: [
      { key: "refs", value: "one two" },
      { key: "issue", value: "3" },
    ],
  },
  {
    name: "several paragraphs, as squash merges leave them",
    message: "S (#1)\n\n* a\n\nRefs: A-1\n\nCo-authored-by: B <b@x>\r\n",
    trailers: [
      { key: "refs", value: "A-1" },
      { key: "co-authored-by", value: "B <b@x>" },
    ],
  },
])("reads trailers: $name", ({ message, trailers }) => {
  expect(readTrailers(message)).toEqual(trailers);
});

it("reads any message without failing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (message) => {
      expect(Array.isArray(readTrailers(message))).toBe(true);
    }),
  );
});

it.each([
  ["Fix it (#17)", "17"],
  ["Merge pull request #5 from a/b", "5"],
  ["Merge branch 'x'\n\nSee merge request group/shop!31", "31"],
  ["Fix #17 in the parser", ""],
])("pull request of %j is %j", (message, pullRequest) => {
  expect(readPullRequest(message)).toBe(pullRequest);
});

it.each([
  ["S\n\nCloses: #12", "#12"],
  ["S\n\nRefs: X-1\nIssue: X-2", "X-2"],
  ["SHOP-7: use UTF-8", "SHOP-7"],
  ["Hash with SHA-256, see RFC-9457 and CVE-2024-1", ""],
  ["S\n\nThis fixes #8 for good", "#8"],
  ["S", ""],
])("intent of %j is %j", (message, intent) => {
  expect(readIntent(message, readTrailers(message))).toBe(intent);
});
