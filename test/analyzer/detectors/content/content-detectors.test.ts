import { readdirSync } from "node:fs";
import {
  type Example,
  exampleContents,
} from "../../../../analyzer/detectors/content/content-detector.ts";
import { contentDetectors } from "../../../../analyzer/detectors/content/registry.ts";
import { createHostList } from "../../../../analyzer/detectors/hosts/host-list.ts";
import { createContentScanner } from "../../../../analyzer/inspect/content-scanner.ts";
import { createInspector } from "../../../../analyzer/inspect/inspector.ts";
import { createRedactor } from "../../../../analyzer/redact/redactor.ts";
import { Config } from "../../../../core/config/config.ts";

const notDetectors = new Set(["registry.ts", "content-detector.ts"]);

describe("content detectors", () => {
  it("are all in the registry, each in the file of its name", () => {
    const folder = new URL("../../../../analyzer/detectors/content/", import.meta.url);
    const files = readdirSync(folder).filter((file) => !notDetectors.has(file));
    expect(contentDetectors.map(({ id }) => `${id}.ts`).toSorted()).toEqual(files.toSorted());
  });

  it("pass their own heartbeat", () => {
    const beats = createInspector(Config.parse({}).analyzer).heartbeat();
    expect(beats.filter(({ passed }) => !passed)).toEqual([]);
    expect(beats).toHaveLength(contentDetectors.length);
  });

  describe.each(contentDetectors.map((detector) => [detector.id, detector] as const))(
    "%s",
    (_id, detector) => {
      const scan = createContentScanner([detector], createHostList([]), createRedactor("test"));
      const inspect = (example: Example) =>
        scan({
          contents: exampleContents(example),
          sightings: [],
          executed: true,
          failed: false,
          unmasked: true,
        }).matches;

      it.each(detector.examples.mustMatch.map((example) => [example.text, example] as const))(
        "matches %s",
        (_text, example) => {
          const [match] = inspect(example);
          expect(match?.strength).toBe("strong");
          expect(match?.score).toBeGreaterThan(0.5);
          expect(match?.excerpt.length).toBeLessThanOrEqual(400);
        },
      );

      it.each(detector.examples.mustPass.map((example) => [example.text, example] as const))(
        "passes %s",
        (_text, example) => {
          expect(inspect(example)).toEqual([]);
        },
      );
    },
  );
});
