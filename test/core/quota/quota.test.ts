import { array, assert, nat, property, tuple } from "fast-check";
import { Quotas } from "../../../core/config/quota-config.ts";
import { createBoundedMap } from "../../../core/quota/bounded-map.ts";
import { createQuota } from "../../../core/quota/quota.ts";
import { createFixedClock } from "../../helpers/fixed-clock.ts";

function open(settings: Record<string, unknown>) {
  const clock = createFixedClock("2026-11-20T12:00:00Z");
  return { clock, quota: createQuota(Quotas.parse(settings), clock) };
}

describe("createQuota", () => {
  it("limits nobody unless told to", () => {
    const { quota } = open({});
    expect(quota.take("acme", 1e12, 1e9)).toEqual({ allowed: true, retryAfterSeconds: 0 });
    expect(quota.take("acme", 1e12, 1e9).allowed).toBe(true);
  });

  it("lets a burst through, then the rate", () => {
    const { clock, quota } = open({ bytesPerSecond: 100, burstSeconds: 5 });
    for (let number = 0; number < 5; number += 1) {
      expect(quota.take("acme", 100, 1).allowed).toBe(true);
    }
    expect(quota.take("acme", 100, 1)).toEqual({ allowed: false, retryAfterSeconds: 1 });
    clock.advance(1000);
    expect(quota.take("acme", 100, 1).allowed).toBe(true);
    expect(quota.take("acme", 100, 1).allowed).toBe(false);
  });

  it("lets one request larger than the burst through, and has it paid back", () => {
    const { clock, quota } = open({ bytesPerSecond: 100, burstSeconds: 1 });
    expect(quota.take("acme", 1000, 0).allowed).toBe(true);
    expect(quota.take("acme", 1, 0)).toEqual({ allowed: false, retryAfterSeconds: 10 });
    clock.advance(9000);
    expect(quota.take("acme", 1, 0).allowed).toBe(false);
    clock.advance(1000);
    expect(quota.take("acme", 1, 0).allowed).toBe(true);
  });

  it("counts records beside bytes, and takes nothing for what it refuses", () => {
    const { clock, quota } = open({ bytesPerSecond: 1e9, recordsPerSecond: 10, burstSeconds: 1 });
    expect(quota.take("acme", 1, 10).allowed).toBe(true);
    for (let number = 0; number < 100; number += 1) {
      expect(quota.take("acme", 1, 10).allowed).toBe(false);
    }
    clock.advance(1000);
    expect(quota.take("acme", 1, 10).allowed).toBe(true);
  });

  it("never lets one tenant's use touch another, who may have rates of its own", () => {
    const { quota } = open({
      bytesPerSecond: 10,
      burstSeconds: 1,
      tenants: { vip: { bytesPerSecond: 1000 }, free: {} },
    });
    expect(quota.take("noisy", 1000, 1).allowed).toBe(true);
    expect(quota.take("noisy", 1, 1).allowed).toBe(false);
    expect(quota.take("quiet", 10, 1).allowed).toBe(true);
    expect(quota.take("vip", 999, 1).allowed).toBe(true);
    expect(quota.take("vip", 1, 1).allowed).toBe(true);
    expect(quota.take("free", 1e9, 1).allowed).toBe(true);
    expect(quota.take("free", 1e9, 1).allowed).toBe(true);
  });

  it("goes on when the clock is set back", () => {
    const { clock, quota } = open({ bytesPerSecond: 10, burstSeconds: 1 });
    quota.take("acme", 20, 0);
    clock.advance(-3_600_000);
    expect(quota.take("acme", 1, 0).allowed).toBe(false);
    clock.advance(2000);
    expect(quota.take("acme", 1, 0).allowed).toBe(true);
  });

  it("lets nobody pass more than rate and burst, and keeps its promise of when to come back", () => {
    assert(
      property(array(tuple(nat(200), nat(3000)), { minLength: 1, maxLength: 50 }), (steps) => {
        const { clock, quota } = open({ bytesPerSecond: 50, burstSeconds: 4 });
        const start = clock.now();
        let taken = 0;
        for (const [bytes, pauseMs] of steps) {
          const { allowed, retryAfterSeconds } = quota.take("acme", bytes, 0);
          const earned = 200 + ((clock.now() - start) / 1000) * 50;
          taken += allowed ? bytes : 0;
          // One request may end in debt; it is at most the largest one.
          expect(taken).toBeLessThanOrEqual(earned + 200 + 1e-6);
          clock.advance(allowed ? pauseMs : retryAfterSeconds * 1000);
          expect(allowed || quota.take("acme", 0, 0).allowed).toBe(true);
        }
      }),
    );
  });
});

it("createBoundedMap forgets what was not used for longest", () => {
  const map = createBoundedMap<number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.get("a");
  map.set("c", 3);
  expect([map.get("a"), map.get("b"), map.get("c"), map.size]).toEqual([1, undefined, 3, 2]);
});
