import { isOriginPattern, judgeOrigin } from "../../../core/http/origin-guard.ts";

it.each([
  { origin: undefined, host: "localhost:7070", verdict: "absent" },
  { origin: "http://localhost:7070", host: "localhost:7070", verdict: "own" },
  { origin: "http://[::1]:7070", host: "[::1]:7070", verdict: "own" },
  { origin: "https://tt.example", host: "tt.example", verdict: "own" },
  { origin: "http://localhost:3000", host: "localhost:7070", verdict: "foreign" },
  { origin: "http://127.0.0.1:7070", host: "localhost:7070", verdict: "foreign" },
  { origin: "https://console.example", host: "localhost:7070", verdict: "listed" },
  { origin: "https://console.example.evil", host: "localhost:7070", verdict: "foreign" },
  { origin: "http://console.example", host: "localhost:7070", verdict: "foreign" },
  { origin: "null", host: "localhost:7070", verdict: "foreign" },
  { origin: "", host: "localhost:7070", verdict: "foreign" },
  { origin: "file://localhost:7070", host: "localhost:7070", verdict: "foreign" },
  { origin: "http://localhost:7070@evil.example", host: "localhost:7070", verdict: "foreign" },
])("$origin at $host is $verdict", ({ origin, host, verdict }) => {
  expect(judgeOrigin(origin, host, ["https://console.example/"])).toBe(verdict);
});

it.each([
  { origin: "https://a.example.com", pattern: "https://*.example.com", verdict: "listed" },
  { origin: "https://a.b.example.com", pattern: "https://*.example.com", verdict: "listed" },
  { origin: "https://example.com", pattern: "https://*.example.com", verdict: "foreign" },
  { origin: "https://aexample.com", pattern: "https://*.example.com", verdict: "foreign" },
  { origin: "http://a.example.com", pattern: "https://*.example.com", verdict: "foreign" },
  { origin: "https://a.example.com:444", pattern: "https://*.example.com", verdict: "foreign" },
  { origin: "https://a.example.com:444", pattern: "https://*.example.com:444", verdict: "listed" },
])("$origin under $pattern is $verdict", ({ origin, pattern, verdict }) => {
  expect(judgeOrigin(origin, "localhost:4318", [pattern])).toBe(verdict);
});

it.each([
  ["https://app.example", true],
  ["http://localhost:3000", true],
  ["https://*.example.com", true],
  ["https://*.com", false],
  ["https://*.10.0.0.1", false],
  ["https://a.*.example.com", false],
  ["*", false],
  ["https://app.example/path", false],
  ["app.example", false],
  ["file:///x", false],
])("%s is a setting: %p", (text, valid) => {
  expect(isOriginPattern(text)).toBe(valid);
});
