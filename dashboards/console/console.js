import { changesPage } from "./changes-page.js";
import { el } from "./dom.js";
import { findingPage, findingsPage } from "./findings-page.js";
import { overviewPage } from "./overview-page.js";
import { proposalPage, proposalsPage } from "./proposals-page.js";

const routes = [
  [/^\/findings\/([^/]+)$/, findingPage],
  [/^\/findings$/, findingsPage],
  [/^\/proposals\/([^/]+)$/, proposalPage],
  [/^\/proposals$/, proposalsPage],
  [/^\/changes$/, changesPage],
  [/^\/$/, overviewPage],
];

const main = document.querySelector("main");

async function show() {
  const path = location.hash.slice(1) || "/";
  markCurrent(path);
  const route = routes.find(([pattern]) => pattern.test(path));
  if (route === undefined) {
    main.replaceChildren(el("p", {}, "There is no such page."));
    return;
  }
  const [pattern, page] = route;
  const parameter = decodeURIComponent(pattern.exec(path)?.[1] ?? "");
  try {
    const content = await page(parameter, show);
    if (path === (location.hash.slice(1) || "/")) {
      main.replaceChildren(...content);
    }
  } catch (error) {
    main.replaceChildren(el("p", { class: "error", role: "alert" }, error.message));
  }
}

function markCurrent(path) {
  for (const link of document.querySelectorAll("nav a")) {
    link.toggleAttribute("aria-current", path.startsWith(link.hash.slice(1)));
  }
}

async function showHealth() {
  const health = document.querySelector("#health");
  try {
    const ready = await fetch("/readyz");
    health.textContent = ready.ok ? "● healthy" : "▲ degraded";
  } catch {
    health.textContent = "▲ not reachable";
  }
}

addEventListener("hashchange", async () => {
  await show();
  main.focus();
});
// The overview is a place to watch; pages with forms are not redrawn under the reader's hands.
setInterval(() => {
  showHealth();
  if ((location.hash.slice(1) || "/") === "/") {
    show();
  }
}, 5000);
showHealth();
show();

