import { el } from "./dom.js";

/** Reads JSON from the API of this origin. */
export async function get(path) {
  return answer(await fetch(path, { headers: authorization() }), path);
}

/** State-changing calls say application/json, which a form of another site cannot. */
export async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...authorization() },
    body: JSON.stringify(body),
  });
  return answer(response, path);
}

/** Thrown when the service asks for a key, or for another one. */
export class KeyNeededError extends Error {}

async function answer(response, path) {
  const body = await response.json().catch(() => ({}));
  if (response.ok) {
    return body;
  }
  const message = body.detail ?? body.title ?? `${path} answered ${response.status}`;
  throw response.status === 401 ? new KeyNeededError(message) : new Error(message);
}

const keyName = "telltale-key";

/** The key lives as long as the tab. */
function authorization() {
  const key = sessionStorage.getItem(keyName);
  return key === null ? {} : { authorization: `Bearer ${key}` };
}

/** Asks for an API key and then shows the page again. */
export function keyForm(reload) {
  const key = el("input", { type: "password", name: "key", required: true, autocomplete: "off" });
  function submit(event) {
    event.preventDefault();
    sessionStorage.setItem(keyName, key.value);
    reload();
  }
  return [
    el("h1", {}, "This service asks for a key"),
    el(
      "p",
      { class: "quiet" },
      "One with the scope read; approving needs the scope approve. It is kept until this tab closes.",
    ),
    el(
      "form",
      { class: "card decide", onsubmit: submit },
      el("label", { class: "wide" }, "API key ", key),
      el("div", { class: "buttons" }, el("button", { class: "primary" }, "Continue")),
    ),
  ];
}
