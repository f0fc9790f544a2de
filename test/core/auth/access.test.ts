import { Writable } from "node:stream";
import { assert, asyncProperty, base64String, json, oneof, string, tuple } from "fast-check";
import { pino } from "pino";
import { type Access, createAccess } from "../../../core/auth/access.ts";
import { Config } from "../../../core/config/config.ts";
import type { HttpError } from "../../../core/http/http-error.ts";
import { createFixedClock } from "../../helpers/fixed-clock.ts";
import { keySetting } from "../../helpers/test-api.ts";

const clock = createFixedClock("2026-11-20T12:00:00Z");
const logged: string[] = [];
const counted: string[] = [];

function open(auth: Record<string, unknown>): Access {
  logged.length = 0;
  counted.length = 0;
  const sink = new Writable({
    write(chunk, _encoding, done) {
      logged.push(String(chunk));
      done();
    },
  });
  return createAccess({
    config: Config.parse({ auth }),
    clock,
    logger: pino({}, sink),
    metrics: { count: (name, _value, labels) => counted.push(`${name} ${labels?.["reason"]}`) },
  });
}

async function statusOf(access: Access, secret: string | null, remoteAddress = "192.0.2.1") {
  try {
    return (await access.authenticate({ secret, certificate: null, remoteAddress })).name;
  } catch (error) {
    const { kind, headers } = error as HttpError;
    return kind === "too_many_requests" ? `${kind} ${headers["retry-after"]}` : kind;
  }
}

const apiKeys = [keySetting("k-one", "acme", ["read"]), keySetting("k-two", "acme", ["read"])];

it("stops hearing an address that shows too many wrong credentials, and no other", async () => {
  const access = open({ apiKeys, maxFailuresPerMinute: 3 });
  expect(await statusOf(access, "k-one")).toBe("k-one");
  for (let number = 0; number < 3; number += 1) {
    expect(await statusOf(access, `wrong-${number}`)).toBe("unauthenticated");
  }
  expect(await statusOf(access, "wrong-3")).toBe("too_many_requests 1");
  // A right guess is not heard either, so guessing is as slow as the limit.
  expect(await statusOf(access, "k-two")).toBe("too_many_requests 1");
  expect(await statusOf(access, "k-two", "192.0.2.2")).toBe("k-two");
  expect(await statusOf(access, "k-one")).toBe("k-one");
  clock.advance(20_000);
  expect(await statusOf(access, "k-two")).toBe("k-two");
});

it("answers whatever is shown with a refusal, never with a fault of its own", async () => {
  const issuer = { issuer: "https://login.example", audience: "telltale" };
  const access = open({ apiKeys, oidc: [issuer], maxFailuresPerMinute: 1_000_000 });
  const part = oneof(
    base64String(),
    string(),
    json().map((text) => Buffer.from(text).toString("base64url")),
  );
  const token = tuple(part, part, part).map((parts) => parts.join("."));
  await assert(
    asyncProperty(oneof(string({ unit: "binary" }), token), async (secret) => {
      expect(await statusOf(access, secret)).toBe("unauthenticated");
    }),
    { numRuns: 500 },
  );
});

it("never counts a request without credential against its address", async () => {
  const access = open({ apiKeys, maxFailuresPerMinute: 1 });
  for (let number = 0; number < 10; number += 1) {
    expect(await statusOf(access, null)).toBe("unauthenticated");
  }
  expect(await statusOf(access, "k-one")).toBe("k-one");
});

it("counts every failure, logs one a minute, and never what was shown", async () => {
  const access = open({ apiKeys, maxFailuresPerMinute: 2 });
  const secret = "tt_this-is-nearly-the-key";
  for (let number = 0; number < 4; number += 1) {
    await statusOf(access, secret);
  }
  expect(counted).toEqual([
    "telltale.auth.failures unknown",
    "telltale.auth.failures unknown",
    "telltale.auth.failures rate_limited",
    "telltale.auth.failures rate_limited",
  ]);
  expect(logged).toHaveLength(1);
  expect(JSON.parse(logged[0] ?? "")).toMatchObject({
    remoteAddress: "192.0.2.1",
    reason: "unknown",
  });
  expect(logged.join("")).not.toContain("nearly");
});

it("refuses a configured key from its end on", async () => {
  const expiring = { ...apiKeys[0], expiresAt: new Date(clock.now() + 1000).toISOString() };
  const access = open({ apiKeys: [expiring] });
  expect(await statusOf(access, "k-one")).toBe("k-one");
  clock.advance(1000);
  expect(await statusOf(access, "k-one")).toBe("unauthenticated");
  expect(access.isRequired()).toBe(true);
});

it.each(["telltale", "local:root", "oidc:login.example#alice", "mtls:shipper"])(
  "does not take a configured key named %s, which would pass for another caller",
  (name) => {
    expect(() => open({ apiKeys: [{ ...apiKeys[0], name }] })).toThrow("reserved");
  },
);

it.each([
  { issuer: "http://login.example" },
  { issuer: "https://user:secret@login.example" },
  { issuer: "http://127.evil.example" },
  { issuer: "https://login.example", algorithms: ["HS256"] },
  { issuer: "https://login.example", algorithms: ["none"] },
  { issuer: "https://login.example", audience: "" },
])("does not take the issuer %j", (entry) => {
  expect(() => open({ oidc: [{ audience: "telltale", ...entry }] })).toThrow(
    /https URL|expected one of|Too small/,
  );
});
