import { createFailureLimit } from "../../../core/auth/failure-limit.ts";
import { networkOf } from "../../../core/auth/network-of.ts";
import { createFixedClock } from "../../helpers/fixed-clock.ts";

const wrong = Buffer.from("wrong");
const right = Buffer.from("right");

function open(perMinute: number) {
  const clock = createFixedClock("2026-11-20T12:00:00Z");
  return { clock, limit: createFailureLimit(perMinute, clock) };
}

describe("createFailureLimit", () => {
  it("stops hearing an address after too many failures, and hears it again later", () => {
    const { clock, limit } = open(60);
    for (let number = 0; number < 60; number += 1) {
      expect(limit.waitSeconds("10.0.0.1", wrong)).toBe(0);
      limit.failed("10.0.0.1", wrong);
    }
    expect(limit.waitSeconds("10.0.0.1", wrong)).toBe(1);
    expect(limit.waitSeconds("10.0.0.2", wrong)).toBe(0);
    clock.advance(1000);
    expect(limit.waitSeconds("10.0.0.1", wrong)).toBe(0);
  });

  it("goes on hearing a credential that worked from there, until it fails", () => {
    const { limit } = open(1);
    limit.succeeded("10.0.0.1", right);
    limit.failed("10.0.0.1", wrong);
    limit.failed("10.0.0.1", wrong);
    expect(limit.waitSeconds("10.0.0.1", right)).toBe(0);
    expect(limit.waitSeconds("10.0.0.1", wrong)).toBeGreaterThan(0);
    limit.failed("10.0.0.1", right);
    expect(limit.waitSeconds("10.0.0.1", right)).toBeGreaterThan(0);
  });

  it("does not take a credential that works elsewhere for one that works here", () => {
    const { limit } = open(1);
    limit.succeeded("10.0.0.9", right);
    limit.failed("10.0.0.1", wrong);
    limit.failed("10.0.0.1", wrong);
    expect(limit.waitSeconds("10.0.0.1", right)).toBeGreaterThan(0);
  });

  it("logs an address once a minute", () => {
    const { clock, limit } = open(1000);
    const logged = [limit.failed("10.0.0.1", wrong), limit.failed("10.0.0.1", wrong)];
    expect([...logged, limit.failed("10.0.0.2", wrong)]).toEqual([true, false, true]);
    clock.advance(60_000);
    expect(limit.failed("10.0.0.1", wrong)).toBe(true);
  });
});

describe("networkOf", () => {
  it.each([
    ["10.0.0.1", "10.0.0.1"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["2001:DB8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8:1:2::9", "2001:db8:1:2"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["::1", "0:0:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
    ["", ""],
  ])("takes %s as %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
