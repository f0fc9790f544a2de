import { createOpenTraces } from "../../../analyzer/trace/open-traces.ts";

const limits = { quietMs: 10_000, maxOpenMs: 300_000, maxTraces: 3 };

function ids(traces: readonly { traceId: string }[]): string[] {
  return traces.map(({ traceId }) => traceId);
}

describe("createOpenTraces", () => {
  it("makes a trace due once it is quiet, and forgets it when closed", () => {
    const open = createOpenTraces(limits);
    open.arrived("t", "a", 0);
    open.arrived("t", "a", 5000);
    expect(open.due(14_999)).toEqual([]);
    const due = open.due(15_000);
    expect(ids(due)).toEqual(["a"]);
    open.close(due);
    expect(open.due(1_000_000)).toEqual([]);
  });

  it("makes a trace due that never falls quiet", () => {
    const open = createOpenTraces(limits);
    for (let second = 0; second <= 300; second += 5) {
      open.arrived("t", "a", second * 1000);
    }
    expect(ids(open.due(299_999))).toEqual([]);
    expect(ids(open.due(300_000))).toEqual(["a"]);
  });

  it("keeps a trace open that received spans while it was looked at", () => {
    const open = createOpenTraces(limits);
    open.arrived("t", "a", 0);
    const due = open.due(10_000);
    open.arrived("t", "a", 11_000);
    open.close(due);
    expect(open.due(20_999)).toEqual([]);
    expect(ids(open.due(21_000))).toEqual(["a"]);
  });

  it("makes the oldest due early when there are too many", () => {
    const open = createOpenTraces(limits);
    for (const [i, traceId] of ["a", "b", "c", "d", "e"].entries()) {
      open.arrived("t", traceId, i);
    }
    expect(ids(open.due(5))).toEqual(["a", "b"]);
  });

  it("keeps the same trace id of two tenants apart", () => {
    const open = createOpenTraces(limits);
    open.arrived("t", "a", 0);
    open.arrived("u", "a", 0);
    expect(open.due(10_000)).toHaveLength(2);
  });
});
