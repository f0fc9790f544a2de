import type { Content } from "../../../core/model/genai.ts";
import { noPackages, type PackageIndex } from "../packages/package-index.ts";
import { type Install, readInstalls } from "../packages/read-installs.ts";
import { isStandardModule } from "../packages/standard-modules.ts";
import { type ContentDetector, type ContentMatch, excerptOf } from "./content-detector.ts";

/** The location of contents that are the name of one package; their tool is its ecosystem. */
export const packageLocation = "package";

/**
 * Packages that a model tells somebody to install, or installs, though no registry has them:
 * whoever registers such a name runs code on the machines of those who follow. Names are
 * compared with the lists of `analyzer.packageLists`; without a list only modules of the
 * language itself are told apart, which are on no registry by design.
 *
 * Measured by `npm run bench -- content`.
 */
export const hallucinatedPackage: ContentDetector = {
  id: "hallucinated-package",
  type: "hallucinated_package",
  ruleVersion: 1,
  examples: {
    mustMatch: [
      { direction: "output", text: "First run `pip install urllib2 requests`." },
      { direction: "tool_call", tool: "bash", text: '{"command":"npm install child_process"}' },
    ],
    mustPass: [
      {
        direction: "output",
        text: "Run `pip install requests==2.31.0` and `npm install express`.",
      },
      {
        direction: "output",
        text: "Then npm install to get started; pip install -r requirements.txt",
      },
      { direction: "tool_result", text: "pip install urllib2" },
    ],
  },
  inspect: ({ contents, packages = noPackages }) =>
    contents.flatMap((content, index) =>
      installsOf(content).flatMap((install) => judge(install, { content, index }, packages)),
    ),
};

function installsOf({ direction, location, text, tool }: Content): Install[] {
  if (location === packageLocation) {
    return [{ ecosystem: tool, name: text, start: 0, end: text.length }];
  }
  return direction === "output" || direction === "tool_call" ? readInstalls(text) : [];
}

interface Place {
  readonly content: Content;
  readonly index: number;
}

function judge(
  { ecosystem, name, start, end }: Install,
  { content, index }: Place,
  packages: PackageIndex,
): ContentMatch[] {
  const status = packages.status(ecosystem, name);
  const isStandard = status !== "listed" && isStandardModule(ecosystem, name);
  if (status !== "absent" && !isStandard) {
    return [];
  }
  return [
    {
      rule: isStandard ? "standard-module" : "package-not-listed",
      targetClass: ecosystem,
      score: status === "absent" ? 0.9 : 0.7,
      strength: "strong",
      severity: content.direction === "tool_call" ? "high" : "medium",
      outcome: content.direction === "tool_call" ? "success" : "attempt",
      excerpt: excerptOf(content.text, start, end),
      maskedValue: `${ecosystem}/${name}`.slice(0, 120),
      location: content.location,
      tool: content.location === packageLocation ? "" : content.tool,
      contentIndex: index,
      start,
      end,
    },
  ];
}
