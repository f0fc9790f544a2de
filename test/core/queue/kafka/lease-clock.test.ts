import { createLeaseClock } from "../../../../core/queue/kafka/lease-clock.ts";

describe("a lease's clock", () => {
  let nowMs = 0;
  const clock = () => createLeaseClock(10_000, () => nowMs);

  beforeEach(() => {
    nowMs = 1000;
  });

  it("counts from when the answered request was sent", () => {
    const lease = clock();
    expect(lease.isHeld()).toBe(false);
    lease.asked("SyncGroup", 500);
    lease.joined(true);
    nowMs = 500 + 7999;
    expect(lease.isHeld()).toBe(true);
    nowMs += 1;
    expect(lease.isHeld()).toBe(false);
  });

  it("goes on with heartbeats, and not with other requests or those without success", () => {
    const lease = clock();
    lease.asked("SyncGroup", 0);
    lease.joined(true);
    nowMs += 5000;
    lease.asked("Heartbeat", 0);
    lease.answered();
    nowMs += 5000;
    lease.asked("Fetch", 0);
    lease.asked("Heartbeat", -3_600_000);
    expect(lease.isHeld()).toBe(true);
    nowMs += 3000;
    expect(lease.isHeld()).toBe(false);
  });

  it("is over when the group begins to decide anew, which the last holder says there", () => {
    const lease = clock();
    lease.asked("SyncGroup", 0);
    lease.joined(true);
    lease.drop();
    expect([lease.isHeld(), lease.mayKeep()]).toEqual([false, true]);
    nowMs += 8000;
    expect(lease.mayKeep()).toBe(false);
    lease.asked("SyncGroup", 0);
    lease.joined(false);
    expect([lease.isHeld(), lease.mayKeep()]).toEqual([false, false]);
  });
});
