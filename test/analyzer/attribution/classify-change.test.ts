import { classifyChange } from "../../../analyzer/attribution/classify-change.ts";

describe("classifyChange", () => {
  it.each([
    { files: ["src/agent/tools.ts"], classes: ["tool"] },
    { files: ["src/tools/send-email.ts"], classes: ["tool"] },
    { files: ["src/stools.ts"], classes: ["code"] },
    { files: [".mcp.json"], classes: ["mcp"] },
    { files: ["prompts/system.md"], classes: ["prompt"] },
    { files: [".claude/settings.json"], classes: ["permission"] },
    { files: ["CLAUDE.md"], classes: ["guardrail"] },
    { files: ["docs/prompts/readme.md"], classes: ["inert"] },
    { files: ["test/tools.test.ts"], classes: ["inert"] },
    { files: ["web/site.css", "README.md"], classes: ["inert"] },
    { files: ["package-lock.json"], classes: ["dependency"] },
    { files: ["config/app.yaml"], classes: ["config"] },
    { files: ["src/cart.ts", "web/site.css"], classes: ["code", "inert"] },
    { files: [], classes: ["code"] },
  ])("a commit of $files is $classes", ({ files, classes }) => {
    expect([...classifyChange("commit", files)].toSorted()).toEqual(classes.toSorted());
  });

  it("takes the class of a change event from its kind", () => {
    expect([...classifyChange("prompt_template", ["src/a.ts"])]).toEqual(["prompt"]);
    expect([...classifyChange("dataset", [])]).toEqual(["data"]);
  });
});
