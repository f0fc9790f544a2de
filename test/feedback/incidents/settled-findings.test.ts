import { createSettledFindings } from "../../../feedback/incidents/settled-findings.ts";
import { createFixedClock } from "../../helpers/fixed-clock.ts";

const start = "2026-11-20T12:00:00Z";
const finding = {
  tenant: "default",
  id: "one",
  revision: "1",
  backfilled: true,
  firstReceivedUnixMs: Date.parse(start),
};

it("waits until a finding with a backlog has not changed for ten seconds", () => {
  const clock = createFixedClock(start);
  const isSettled = createSettledFindings(clock);
  expect(isSettled(finding)).toBe(false);
  clock.advance(9000);
  expect(isSettled({ ...finding, revision: "2" })).toBe(false);
  clock.advance(9000);
  expect(isSettled({ ...finding, revision: "2" })).toBe(false);
  clock.advance(1000);
  expect(isSettled({ ...finding, revision: "2" })).toBe(true);
});

it("waits ten minutes at most, and for no finding that is as fresh as its data", () => {
  const clock = createFixedClock(start);
  const isSettled = createSettledFindings(clock);
  expect(isSettled({ ...finding, backfilled: false })).toBe(true);
  clock.advance(600_000);
  expect(isSettled({ ...finding, revision: "77" })).toBe(true);
});

it("tells tenants apart", () => {
  const clock = createFixedClock(start);
  const isSettled = createSettledFindings(clock);
  expect(isSettled(finding)).toBe(false);
  clock.advance(10_000);
  expect(isSettled({ ...finding, tenant: "acme" })).toBe(false);
  expect(isSettled(finding)).toBe(true);
});
