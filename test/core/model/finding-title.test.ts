import * as fc from "fast-check";
import { findingTypes } from "../../../core/model/finding.ts";
import { findingTitle, safeIdentifier } from "../../../core/model/finding-title.ts";

describe("findingTitle", () => {
  it.each([
    {
      slots: { type: "secret_leak", service: "shop", tool: "", targetClass: "github-token" },
      title: "Secret in content of shop",
    },
    {
      slots: { type: "secret_leak", service: "shop", tool: "send_mail", targetClass: "aws-key" },
      title: "Secret in a call of tool send_mail by shop",
    },
    {
      slots: { type: "no_data", service: "", tool: "", targetClass: "" },
      title: "No data from unknown",
    },
  ] as const)("$title", ({ slots, title }) => {
    expect(findingTitle(slots)).toBe(title);
  });

  it("never lets text from outside through, whatever the slots hold", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...findingTypes),
        fc.string({ unit: "binary" }),
        fc.string(),
        fc.string(),
        (type, service, tool, targetClass) => {
          expect(findingTitle({ type, service, tool, targetClass })).toMatch(
            /^[A-Za-z0-9_.:/#() -]{1,300}$/,
          );
        },
      ),
    );
  });

  it("does not expand placeholders inside a slot", () => {
    const title = findingTitle({
      type: "jailbreak",
      service: "{tool}",
      tool: "x",
      targetClass: "",
    });
    expect(title).toMatch(/^Jailbreak attempt against #[0-9a-f]{8}$/);
  });
});

describe("safeIdentifier", () => {
  it.each([
    { value: "shop-assistant", shown: /^shop-assistant$/ },
    { value: "a".repeat(64), shown: /^a{64}$/ },
    { value: "a".repeat(65), shown: /^#[0-9a-f]{8}$/ },
    { value: "shop\n", shown: /^#[0-9a-f]{8}$/ },
    { value: "@org/team", shown: /^#[0-9a-f]{8}$/ },
    { value: "", shown: /^unknown$/ },
  ])("shows $value safely", ({ value, shown }) => {
    expect(safeIdentifier(value)).toMatch(shown);
  });
});
