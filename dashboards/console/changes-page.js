import { get } from "./api.js";
import { el, empty, facts, filterForm, rowLink, select, tag, time, words } from "./dom.js";

const kinds = [
  "",
  "deployment",
  "commit",
  "pull_request",
  "agent_session",
  "model",
  "prompt_template",
  "config",
  "guardrail",
  "dependency",
  "dataset",
];

/** What changed, day by day, newest first. */
export async function changesPage(_id, { query, navigate }) {
  const asked = new URLSearchParams(query);
  asked.set("limit", "100");
  const { items, nextCursor } = await get(`/api/v1/changes?${asked}`);
  const days = Map.groupBy(items, (change) => change.time.slice(0, 10));
  return [
    el("h1", {}, "Changes"),
    filterForm(
      (chosen) => navigate("/changes", chosen),
      select("kind", "Kind", kinds, query.get("kind") ?? ""),
    ),
    ...(items.length === 0 ? [nothing(query)] : [...days].flatMap(day)),
    ...(nextCursor === null ? [] : [older(query, nextCursor)]),
  ];
}

function nothing(query) {
  return query.size > 0
    ? empty("None of this kind.", el("a", { href: "#/changes" }, "Show every change"))
    : empty(
        "None reported. Findings are traced to changes once these are known: import a repository, or post deployments from the pipeline.",
        el("pre", {}, "npx telltale changes import --repo ."),
      );
}

function day([date, changes]) {
  return [el("h2", {}, date), el("ol", { class: "card timeline" }, ...changes.map(entry))];
}

/** From this probability on a change is worth a look as the cause. */
const likely = 0.2;

function entry(change) {
  const found = change.findings.filter(({ probability }) => probability >= likely).length;
  return el(
    "li",
    {},
    el("time", { datetime: change.time }, change.time.slice(11, 16)),
    tag(change.kind),
    el(
      "div",
      {},
      rowLink(`#/changes/${encodeURIComponent(change.id)}`, headline(change)),
      el("div", { class: "quiet small" }, byline(change)),
    ),
    found === 0
      ? ""
      : el(
          "span",
          { class: "tag high" },
          `likely cause of ${found} finding${found === 1 ? "" : "s"}`,
        ),
  );
}

function headline({ kind, message, name, service, version, id }) {
  const deployed = kind === "deployment" ? `${service} ${version}`.trim() : "";
  return (message || name || deployed || version || id).split("\n", 1)[0].slice(0, 160);
}

function byline({ service, environment, version, author, session, revision }) {
  const parts = [service, environment, version, revision.slice(0, 12), author, session?.agent];
  return parts.filter((part) => part).join(" · ");
}

function older(query, cursor) {
  const next = new URLSearchParams(query);
  next.set("cursor", cursor);
  return el("p", {}, el("a", { href: `#/changes?${next}`, "data-row": true }, "Older changes"));
}

/** One change and the findings that may come from it. */
export async function changePage(id) {
  const change = await get(`/api/v1/changes/${encodeURIComponent(id)}`);
  return [
    el("h1", {}, headline(change)),
    el("p", {}, tag(change.kind), change.status && " ", change.status && tag(change.status)),
    facts([
      ["Id", change.id],
      ["Time", time(change.time)],
      ["Service", [change.service, change.environment].filter((part) => part !== "").join(" in ")],
      ["Version", change.version],
      ["Repository", change.repository],
      ["Revision", change.revision],
      ["Author", change.author],
      ["Pull request", change.pullRequest],
      ["Session", change.session === null ? "" : words(Object.values(change.session).join(" "))],
      ["Intent", change.intent],
    ]),
    ...text("Prompt", change.prompt),
    ...text("Message", change.message),
    ...text("Files", change.files.join("\n")),
    el("h2", {}, "Findings that may come from it"),
    await downstream(change.findings),
  ];
}

function text(title, content) {
  return content === "" ? [] : [el("h2", {}, title), el("pre", {}, content)];
}

async function downstream(findings) {
  if (findings.length === 0) {
    return empty("None.");
  }
  const shown = findings.toSorted((a, b) => b.probability - a.probability).slice(0, 20);
  const titles = await Promise.all(
    shown.map(({ findingId }) => get(`/api/v1/findings/${encodeURIComponent(findingId)}`)),
  );
  const items = shown.map(({ findingId, probability }, index) =>
    el(
      "li",
      {},
      `${Math.round(probability * 100)} % `,
      rowLink(`#/findings/${encodeURIComponent(findingId)}`, titles[index].title),
    ),
  );
  return el("ul", { class: "card plain" }, ...items);
}
