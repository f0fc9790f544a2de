import { el, empty, time, words } from "./dom.js";

/** The most probable path from a finding to the intent behind it, one hop below the other. */
export function lineageChain(lineage) {
  const path = probablePath(lineage);
  if (path.length < 2) {
    return empty("No change is known that leads here.");
  }
  return el("ol", { class: "card chain" }, ...path.map(hop));
}

function hop(node) {
  const text = node.prompt ?? node.intent ?? node.label ?? node.id;
  const detail = [node.revision?.slice(0, 12), node.sessionId].filter(
    (each) => each && each !== text,
  );
  const percent = node.probability === undefined ? "" : `${Math.round(node.probability * 100)} %`;
  return el(
    "li",
    {},
    el("span", { class: "kind" }, words(node.kind)),
    node.kind === "prompt"
      ? el("pre", {}, text)
      : el("span", { class: "what" }, text || "(unnamed)"),
    el(
      "span",
      { class: "quiet small" },
      [...detail, percent].filter((each) => each !== "").join(" · "),
      " ",
      time(node.time),
    ),
  );
}

const authorship = ["pull_request", "session", "prompt", "intent"];

/** Finding, deployment, change, pull request, session, prompt, intent: those that are known. */
function probablePath({ nodes, edges }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  function after(node) {
    return edges.filter(({ from }) => from === node.id).map(({ to }) => byId.get(to));
  }
  function before(node) {
    return edges.filter(({ to }) => to === node.id).map(({ from }) => byId.get(from));
  }
  const finding = nodes.find(({ kind }) => kind === "finding");
  const best = mostProbable(nodes.filter(({ probability }) => probability !== undefined));
  if (best === undefined) {
    return [finding];
  }
  const isDeployment = best.kind === "deployment";
  const deployment = isDeployment
    ? best
    : mostProbable(before(best).filter(({ kind }) => kind === "deployment"));
  const change = isDeployment
    ? mostProbable(after(best).filter(({ kind }) => !authorship.includes(kind)))
    : best;
  const path = [finding, deployment, change].filter((node) => node !== undefined);
  for (let next = path.at(-1); next !== undefined; ) {
    next = after(next).find(({ kind }) => authorship.includes(kind));
    path.push(...(next === undefined ? [] : [next]));
  }
  return path;
}

function mostProbable(nodes) {
  return nodes.toSorted((a, b) => (b.probability ?? 0) - (a.probability ?? 0))[0];
}
