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

async function answer(response, path) {
  if (response.status === 401) {
    askForKey();
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Error(body.detail ?? body.title ?? `${path} answered ${response.status}`);
  }
  return body;
}

/** The key lives as long as the tab. */
function authorization() {
  const key = sessionStorage.getItem("telltale-key");
  return key === null ? {} : { authorization: `Bearer ${key}` };
}

function askForKey() {
  const key = globalThis.prompt("This service asks for an API key with the scope read:");
  if (key) {
    sessionStorage.setItem("telltale-key", key);
    location.reload();
  }
}
