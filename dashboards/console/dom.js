/**
 * Makes an element. Children become text nodes: recorded data is hostile and is never parsed as
 * markup; there is no innerHTML in this console.
 *
 * @param {string} name
 * @param {Record<string, unknown>} [properties] attributes; `on…` functions are listeners
 * @param {...(Node | string | number | null | undefined)} children
 */
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) {
      continue;
    }
    if (typeof value === "function") {
      element.addEventListener(key.slice(2), value);
    } else {
      element.setAttribute(key, value === true ? "" : String(value));
    }
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) {
      element.append(child instanceof Node ? child : visible(String(child)));
    }
  }
  return element;
}

/** Characters that hide or reorder text are shown as escapes. */
export function visible(text) {
  return text.replace(/[\p{Cf}\p{Cs}\p{Co}]|[^\P{Cc}\n\t]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

export function table(head, rows) {
  return el(
    "div",
    { class: "card scroll" },
    el(
      "table",
      {},
      el("thead", {}, el("tr", {}, ...head.map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, ...rows.map((cells) => el("tr", {}, ...cells.map(cell)))),
    ),
  );
}

function cell(value) {
  return el("td", { class: typeof value === "number" ? "number" : undefined }, value);
}

export function severityTag(severity) {
  return el("span", { class: `tag ${severity}` }, severity);
}

export function time(text) {
  return text ? el("time", { datetime: text }, text.slice(0, 19).replace("T", " ")) : "";
}

/** A unified diff with added and removed lines marked by sign and by ground. */
export function diff(patch) {
  const lines = patch.split("\n").map((line) => {
    const kind = lineKind(line);
    return kind === null ? `${line}\n` : el("span", { class: kind }, line);
  });
  return el("pre", { "aria-label": "Diff" }, ...lines);
}

function lineKind(line) {
  if (line.startsWith("+") && !line.startsWith("+++")) {
    return "add";
  }
  return line.startsWith("-") && !line.startsWith("---") ? "remove" : null;
}
