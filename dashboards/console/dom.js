/**
 * Makes an element. Children become text nodes: recorded data is hostile and is never parsed as
 * markup; there is no innerHTML in this console.
 *
 * @param {string} name
 * @param {Record<string, any>} [properties] attributes; `on…` functions are listeners
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

/** A table that scrolls by itself on narrow screens; its rows are stops of the j and k keys. */
export function table(head, rows, caption) {
  return el(
    "div",
    { class: "card scroll", role: "region", "aria-label": caption, tabindex: 0 },
    el(
      "table",
      {},
      el(
        "thead",
        {},
        el("tr", {}, ...head.map((name, column) => headCell(name, rows[0]?.[column]))),
      ),
      el(
        "tbody",
        {},
        ...rows.map((cells) =>
          el("tr", {}, ...cells.map((value, column) => cell(value, head[column]))),
        ),
      ),
    ),
  );
}

function headCell(name, first) {
  return el("th", { scope: "col", class: typeof first === "number" ? "number" : null }, name);
}

/** Narrow screens show each row as a card; its cells then say what they hold. */
function cell(value, name) {
  const isNumber = typeof value === "number";
  return el(
    "td",
    { class: isNumber ? "number" : null, "data-name": name },
    isNumber ? count(value) : value,
  );
}

/** A link that the j and k keys stop at. */
export function rowLink(href, text) {
  return el("a", { href, "data-row": true }, text);
}

/** A list of names and values. */
export function facts(rows) {
  const shown = rows.filter(([, value]) => value !== "" && value !== null);
  return el(
    "dl",
    {},
    ...shown.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]),
  );
}

export function tag(text, kind = "") {
  return el("span", { class: `tag ${kind}` }, words(text));
}

/** Names as the API writes them, such as `pull_request`, in words. */
export function words(name) {
  return name.replaceAll("_", " ");
}

export function count(value) {
  return value.toLocaleString("en-US");
}

export function time(text) {
  return text ? el("time", { datetime: text }, text.slice(0, 16).replace("T", " ")) : "";
}

/** A choice of values; the empty one stands for any. */
export function select(name, label, values, chosen) {
  const options = values.map((value) =>
    el("option", { value, selected: value === chosen }, value === "" ? "any" : words(value)),
  );
  return el("label", {}, `${label} `, el("select", { name }, ...options));
}

/** Filters of a list; what is chosen goes into the address. */
export function filterForm(choose, ...fields) {
  function submit(event) {
    event.preventDefault();
    const chosen = [...new FormData(event.currentTarget)].filter(([, value]) => value !== "");
    choose(new URLSearchParams(chosen));
  }
  return el(
    "form",
    { class: "filters", role: "search", onsubmit: submit, onchange: submit },
    ...fields,
    el("button", {}, "Filter"),
  );
}

/** What to do when there is nothing to show yet. */
export function empty(sentence, ...hints) {
  return el("div", { class: "card empty" }, el("p", {}, sentence), ...hints);
}

/** A form that asks for a reason and reports failure beside the buttons. */
export function decisionForm({ fields = [], buttons, act, reload }) {
  const reason = el("input", { name: "reason", required: true, maxlength: 2000 });
  const problem = el("p", { class: "error", role: "alert" });
  async function submit(event) {
    event.preventDefault();
    const data = new FormData(event.target);
    try {
      await act(event.submitter?.value ?? "", Object.fromEntries(data));
      await reload();
    } catch (error) {
      problem.textContent = error.message;
    }
  }
  return el(
    "form",
    { class: "card decide", onsubmit: submit },
    ...fields,
    el("label", { class: "wide" }, "Reason, kept in the audit log ", reason),
    el("div", { class: "buttons" }, ...buttons),
    problem,
  );
}
