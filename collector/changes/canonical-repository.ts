/**
 * One name for the ways to write a repository: `https://git.example/shop.git`,
 * `ssh://git@git.example:22/shop` and `git@git.example:shop` are `git.example/shop`. Anything
 * that is no address is kept, in lower case.
 */
export function canonicalRepository(text: string): string {
  const url = text.trim().toLowerCase();
  const [, scheme = "", host = "", path = ""] =
    /^([a-z][a-z0-9+.-]*):\/\/(?:[^/@]*@)?([^/]+)\/+(.*)$/.exec(url) ??
    /^()(?:[^/@:]+@)([^/:]+):(.*)$/.exec(url) ??
    [];
  const address =
    host === "" ? url : `${scheme === "ssh" ? host.replace(/:\d+$/, "") : host}/${path}`;
  return trimEnd(address).replace(/\.git$/, "");
}

/** Without a regular expression: one over many slashes would take quadratic time. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === "/") {
    end -= 1;
  }
  return text.slice(0, end);
}
