import { readSecret } from "../../../core/auth/credentials.ts";

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString("base64")}`;
}

it.each([
  { what: "a bearer token", headers: { authorization: "Bearer tt_1" }, secret: "tt_1" },
  { what: "an API key", headers: { "x-api-key": "tt_2" }, secret: "tt_2" },
  {
    what: "the password of a ClickHouse client",
    headers: { authorization: basic("default:tt_3") },
    secret: "tt_3",
  },
  {
    what: "a password with colons, of no user",
    headers: { authorization: basic(":a:b") },
    secret: "a:b",
  },
  {
    what: "the key of a ClickHouse client",
    headers: { "x-clickhouse-user": "default", "x-clickhouse-key": "tt_4" },
    secret: "tt_4",
  },
  {
    what: "the bearer token before others",
    headers: { authorization: "Bearer tt_5", "x-api-key": "tt_6" },
    secret: "tt_5",
  },
  {
    what: "nothing without a password",
    headers: { authorization: basic("default") },
    secret: null,
  },
  { what: "nothing in an empty password", headers: { authorization: basic("u:") }, secret: null },
  { what: "nothing of another scheme", headers: { authorization: "Digest tt_7" }, secret: null },
  { what: "nothing in a header given twice", headers: { "x-api-key": ["a", "b"] }, secret: null },
])("reads $what", ({ headers, secret }) => {
  expect(readSecret(headers)).toBe(secret);
});
