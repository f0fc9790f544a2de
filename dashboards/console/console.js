import { KeyNeededError, keyForm } from "./api.js";
import { changePage, changesPage } from "./changes-page.js";
import { el } from "./dom.js";
import { findingPage } from "./finding-page.js";
import { findingsPage } from "./findings-page.js";
import { listenToKeys } from "./keyboard.js";
import { overviewPage } from "./overview-page.js";
import { proposalPage } from "./proposal-page.js";
import { proposalsPage } from "./proposals-page.js";

const routes = [
  [/^\/findings\/([^/]+)$/, findingPage],
  [/^\/findings$/, findingsPage],
  [/^\/proposals\/([^/]+)$/, proposalPage],
  [/^\/proposals$/, proposalsPage],
  [/^\/changes\/([^/]+)$/, changePage],
  [/^\/changes$/, changesPage],
  [/^\/$/, overviewPage],
];

const main = document.querySelector("main");

/** The address after `#`: a path and, for lists, the filters. */
function whereAreWe() {
  const [path = "", query = ""] = location.hash.slice(1).split("?", 2);
  return { path: path || "/", query: new URLSearchParams(query) };
}

async function show() {
  const { path, query } = whereAreWe();
  const address = location.hash;
  markCurrent(path);
  const content = await pageAt(path, query);
  if (address === location.hash) {
    main.replaceChildren(...content);
    const title = main.querySelector("h1")?.textContent ?? "";
    document.title = title === "" ? "Telltale" : `${title} · Telltale`;
  }
}

async function pageAt(path, query) {
  const route = routes.find(([pattern]) => pattern.test(path));
  if (route === undefined) {
    return [
      el("h1", {}, "There is no such page"),
      el("p", {}, el("a", { href: "#/" }, "To the overview")),
    ];
  }
  const [pattern, page] = route;
  try {
    const id = decodeURIComponent(pattern.exec(path)?.[1] ?? "");
    return await page(id, { query, navigate, reload: show });
  } catch (error) {
    return error instanceof KeyNeededError
      ? keyForm(show)
      : [
          el("h1", {}, "This cannot be shown"),
          el("p", { class: "error", role: "alert" }, error.message),
        ];
  }
}

function navigate(path, query) {
  location.hash = query.size === 0 ? `#${path}` : `#${path}?${query}`;
}

function markCurrent(path) {
  for (const link of document.querySelectorAll("nav a")) {
    const target = link.hash.slice(1);
    const isHere = target === "/" ? path === "/" : path.startsWith(target);
    if (isHere) {
      link.setAttribute("aria-current", "page");
    } else {
      link.removeAttribute("aria-current");
    }
  }
}

async function showHealth() {
  const health = document.querySelector("#health");
  const ready = await fetch("/readyz").catch(() => null);
  const text = healthText(ready);
  // Said again, a status would be read aloud every time.
  if (health.textContent !== text) {
    health.textContent = text;
  }
}

function healthText(ready) {
  if (ready === null) {
    return "▲ not reachable";
  }
  return ready.ok ? "● ready" : "▲ not ready";
}

async function showNext() {
  await show();
  main.focus();
  scrollTo(0, 0);
}

addEventListener("hashchange", () => void showNext());

// The overview is a place to watch, but nothing is redrawn under the reader's hands.
setInterval(() => {
  void showHealth();
  const isWatching = !main.contains(document.activeElement) || document.activeElement === main;
  if (whereAreWe().path === "/" && isWatching && !document.hidden) {
    void show();
  }
}, 5000);

listenToKeys();
void showHealth();
void show();
