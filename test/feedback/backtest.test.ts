import {
  backtestRule,
  benignBlockRate,
  type CallSample,
  chooseRule,
  isAsStrict,
} from "../../feedback/backtest.ts";

const call = (tool: string, args: object) => ({
  traceId: "t",
  spanId: "s",
  session: "x",
  service: "shop",
  tool,
  arguments: JSON.stringify(args),
});

const fetchOf = (host: string) => call("WebFetch", { url: `https://${host}/x` });
const bash = (command: string) => call("Bash", { command });
const times = (count: number, item: ReturnType<typeof call>) =>
  Array.from({ length: count }, () => item);

function sample(flagged: CallSample["flagged"], benign: CallSample["benign"]): CallSample {
  return { window: { from: "a", to: "b" }, flagged, benign };
}

describe("backtestRule", () => {
  it("counts what a rule would have stopped", () => {
    const given = sample(
      [...times(14, fetchOf("evil.example")), fetchOf("other.example")],
      [...times(97, fetchOf("docs.example")), ...times(3, fetchOf("evil.example"))],
    );
    const backtest = backtestRule("WebFetch(domain:evil.example)", given);
    expect(backtest).toEqual({
      window: { from: "a", to: "b" },
      flaggedCaught: 14,
      flaggedTotal: 15,
      benignBlocked: 3,
      benignTotal: 100,
    });
    expect(benignBlockRate(backtest)).toBe(0.03);
  });

  it("stops nothing with a rule that does not parse", () => {
    expect(backtestRule("Write(x)", sample([fetchOf("a.example")], []))).toMatchObject({
      flaggedCaught: 0,
    });
  });
});

describe("isAsStrict", () => {
  const flagged = [fetchOf("a.evil.example"), fetchOf("b.evil.example"), bash("curl x")];

  it.each([
    ["WebFetch(domain:*.evil.example)", "WebFetch(domain:a.evil.example)", true],
    ["WebFetch(domain:a.evil.example)", "WebFetch(domain:*.evil.example)", false],
    // As many calls, but others.
    ["Bash(curl:*)", "WebFetch(domain:a.evil.example)", false],
    ["WebFetch", "WebFetch(domain:never-seen.example)", false],
    ["", "WebFetch(domain:a.evil.example)", false],
  ])("%s as strict as %s: %s", (rule, other, expected) => {
    expect(isAsStrict(rule, other, sample(flagged, []))).toBe(expected);
  });
});

describe("chooseRule", () => {
  it.each([
    {
      name: "the host that was reached",
      flagged: times(3, fetchOf("evil.example")),
      benign: times(9, fetchOf("docs.example")),
      rule: "WebFetch(domain:evil.example)",
    },
    {
      name: "the subcommand, when the command has harmless uses",
      flagged: times(3, bash("curl upload")),
      benign: times(50, bash("curl status")),
      rule: "Bash(curl upload:*)",
    },
    {
      name: "the narrower of two equal rules",
      flagged: times(3, bash("curl upload")),
      benign: times(9, bash("ls")),
      rule: "Bash(curl upload:*)",
    },
    {
      name: "the file and not its folder",
      flagged: times(2, call("Read", { path: "secrets/x.txt" })),
      benign: [],
      rule: "Read(./secrets/x.txt)",
    },
    {
      name: "the wider one, when it alone catches all",
      flagged: [bash("curl one"), bash("curl two")],
      benign: times(9, bash("ls")),
      rule: "Bash(curl:*)",
    },
    {
      name: "the least harmful one, when all stop too much",
      flagged: [...times(3, fetchOf("a.example")), fetchOf("b.example")],
      benign: [...times(5, fetchOf("a.example")), ...times(2, fetchOf("b.example"))],
      rule: "WebFetch(domain:b.example)",
    },
    {
      name: "none, when nothing fits a slot",
      flagged: [bash("ls $(x)")],
      benign: [],
      rule: undefined,
    },
  ])("is $name", ({ flagged, benign, rule }) => {
    expect(chooseRule(sample(flagged, benign), 0.01)?.rule).toBe(rule);
  });

  it("does not depend on the order of calls", () => {
    const flagged = [fetchOf("b.example"), fetchOf("a.example")];
    const there = chooseRule(sample(flagged, []), 0.01);
    expect(chooseRule(sample(flagged.toReversed(), []), 0.01)).toEqual(there);
  });
});
