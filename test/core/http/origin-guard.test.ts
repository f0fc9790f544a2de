import { judgeOrigin } from "../../../core/http/origin-guard.ts";

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
