import { el } from "./dom.js";

/** A unified diff: added and removed lines differ by sign, by ground and by their edge. */
export function diff(patch) {
  const lines = patch.replace(/\n$/, "").split("\n");
  return el("pre", { class: "diff", "aria-label": "Diff", tabindex: 0 }, ...lines.map(line));
}

function line(text) {
  return el("span", { class: kindOf(text) }, text === "" ? " " : text);
}

function kindOf(text) {
  if (/^(\+\+\+|---|diff |index )/.test(text)) {
    return "file";
  }
  return { "+": "add", "-": "remove", "@": "hunk" }[text[0]] ?? "same";
}
