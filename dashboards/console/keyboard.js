import { el } from "./dom.js";

const keys = [
  ["j, k", "next and previous row"],
  ["Enter", "open the row"],
  ["/", "go to the filters"],
  ["g o", "overview"],
  ["g f", "findings"],
  ["g p", "proposals"],
  ["g c", "changes"],
  ["?", "this list"],
  ["Esc", "close it"],
];

const pages = { o: "#/", f: "#/findings", p: "#/proposals", c: "#/changes" };

/** Keys for everything that is looked at often; every one of them also has a link or a button. */
export function listenToKeys() {
  const help = helpDialog();
  document.body.append(help);
  document.querySelector("#keys").addEventListener("click", () => help.showModal());
  let afterG = false;
  addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, select, textarea") !== null;
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const page = afterG ? pages[event.key] : undefined;
    afterG = event.key === "g";
    if (page !== undefined) {
      location.hash = page;
    } else if (event.key === "?" && !help.open) {
      help.showModal();
    } else if (event.key === "/") {
      event.preventDefault();
      document.querySelector("form[role=search] :is(select, input)")?.focus();
    } else if (event.key === "j" || event.key === "k") {
      moveRow(event.key === "j" ? 1 : -1);
    }
  });
}

function moveRow(step) {
  const rows = [...document.querySelectorAll("main [data-row]")];
  const now = rows.indexOf(document.activeElement);
  const next = now === -1 && step === -1 ? rows.length - 1 : now + step;
  rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus();
}

function helpDialog() {
  return el(
    "dialog",
    { "aria-labelledby": "keys-title" },
    el("h2", { id: "keys-title" }, "Keys"),
    el(
      "dl",
      {},
      ...keys.flatMap(([key, what]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, what)]),
    ),
    el("form", { method: "dialog" }, el("button", {}, "Close")),
  );
}
