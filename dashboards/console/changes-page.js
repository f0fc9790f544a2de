import { get } from "./api.js";
import { el, table, time } from "./dom.js";

export async function changesPage() {
  const { items } = await get("/api/v1/changes?limit=100");
  if (items.length === 0) {
    return [
      el("h1", {}, "Changes"),
      el("p", { class: "quiet" }, "None reported. Findings are attributed once changes are known."),
      el("pre", {}, "npx telltale changes import --repo ."),
    ];
  }
  const rows = items.map((change) => [
    time(change.time),
    change.kind,
    change.id.slice(0, 12),
    change.service,
    (change.message || change.name || change.version).split("\n")[0],
    change.session?.agent ?? "",
  ]);
  return [
    el("h1", {}, "Changes"),
    table(["Time (UTC)", "Kind", "Id", "Service", "What", "Agent"], rows),
  ];
}
