import type { CommandEvent, Commands } from "../../../core/commands/commands.ts";

export interface CommandsUnderTest {
  readonly commands: Commands;
  /** Closes and opens the same log again, as a restart does. */
  reopen(): Promise<Commands>;
  close(): Promise<void>;
}

function event(type: string, data: CommandEvent["data"] = {}): CommandEvent {
  return { type, actor: "local:tester", timeUnixMs: 1_795_132_800_000, data };
}

/** What every command log promises, whatever it is built on. */
export function describeCommandsContract(
  name: string,
  open: () => Promise<CommandsUnderTest>,
): void {
  describe(`${name} keeps the contract of Commands`, () => {
    let subject: CommandsUnderTest;

    beforeEach(async () => {
      subject = await open();
    });

    afterEach(() => subject.close());

    it("appends when the stream is at the expected version", async () => {
      const { commands } = subject;
      const drafted = event("drafted", { title: "ü", nested: { list: [1, null] } });
      expect(await commands.append("proposal/default/1", 0, drafted)).toEqual({
        status: "done",
        event: { ...drafted, stream: "proposal/default/1", version: 1, position: 1 },
      });
      expect(await commands.append("proposal/default/1", 1, event("filed"))).toMatchObject({
        status: "done",
        event: { version: 2 },
      });
    });

    it.each([
      { name: "behind", expected: 0 },
      { name: "ahead", expected: 2 },
    ])("answers a conflict to an expected version that is $name", async ({ expected }) => {
      const { commands } = subject;
      await commands.append("a", 0, event("first"));
      expect(await commands.append("a", expected, event("second"))).toEqual({
        status: "conflict",
        currentVersion: 1,
      });
      expect(await commands.read("a")).toHaveLength(1);
    });

    it("lets exactly one of many concurrent writers win each version", async () => {
      const { commands } = subject;
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) => commands.append("a", 0, event(`${index}`))),
      );
      expect(results.filter(({ status }) => status === "done")).toHaveLength(1);
      expect(await commands.read("a")).toHaveLength(1);
    });

    it("keeps streams apart, also when one name begins with the other", async () => {
      const { commands } = subject;
      await commands.append("a", 0, event("of a"));
      await commands.append("a/b", 0, event("of a/b"));
      await commands.append("b", 0, event("of b"));
      expect((await commands.read("a")).map(({ type }) => type)).toEqual(["of a"]);
      expect((await commands.read("a/b")).map(({ type }) => type)).toEqual(["of a/b"]);
      expect(await commands.read("c")).toEqual([]);
    });

    it("reads the whole log in rising positions, page by page", async () => {
      const { commands } = subject;
      for (let index = 0; index < 5; index += 1) {
        await commands.append(`stream/${index % 2}`, Math.floor(index / 2), event(`${index}`));
      }
      const first = await commands.readAll(0, 3);
      const second = await commands.readAll(first.at(-1)?.position ?? 0, 3);
      expect([...first, ...second].map(({ type }) => type)).toEqual(["0", "1", "2", "3", "4"]);
      expect(await commands.readAll(second.at(-1)?.position ?? 0, 3)).toEqual([]);
    });

    it("keeps versions and positions across a restart", async () => {
      await subject.commands.append("a", 0, event("first"));
      const commands = await subject.reopen();
      expect(await commands.append("a", 0, event("again"))).toMatchObject({ status: "conflict" });
      const result = await commands.append("a", 1, event("second"));
      const [first, second] = await commands.read("a");
      expect(result).toEqual({ status: "done", event: second });
      expect(second?.position).toBeGreaterThan(first?.position ?? Infinity);
    });

    it("calls subscribers back after an append, and not after they have left", async () => {
      const { commands } = subject;
      const called = Promise.withResolvers<void>();
      const left: string[] = [];
      const leave = commands.subscribe(() => left.push("called"));
      leave();
      const stop = commands.subscribe(called.resolve);
      await commands.append("a", 0, event("first"));
      await called.promise;
      stop();
      expect(left).toEqual([]);
    });
  });
}
