import { entropyBits } from "../../scan/entropy.ts";
import { assignment } from "./assigned-tokens.ts";
import { isTypedSequence, type SecretRule, sampleOf } from "./secret-rule.ts";

/**
 * Values whose only mark is the name they are given, such as `apiKey: "…"`. They are the most
 * common leak and the least certain, so a value must look random and must not look like code.
 */
export const namedSecrets: readonly SecretRule[] = [
  {
    id: "named-secret",
    keywords: [
      "secret",
      "token",
      "api_key",
      "apikey",
      "api-key",
      "access_key",
      "accesskey",
      "private_key",
      "auth_key",
      "credential",
      "signing_key",
      "encryption_key",
    ],
    anchor: "after-keyword",
    pattern: new RegExp(`${assignment}([\\w+/=.~-]{14,256})(?![\\w+/=~-])`, "iy"),
    minEntropyBits: 3.2,
    shownPrefix: 0,
    confidence: "low",
    startsAt: "anywhere",
    accept: (secret, before) => !pointer.test(before) && isTokenLike(secret),
    sample: `client_secret = "${sampleOf("alnum", 32)}"`,
  },
  {
    id: "named-password",
    keywords: ["password", "passwd", "passphrase", "pwd"],
    anchor: "after-keyword",
    pattern:
      /[\w-]{0,16}["'`\\\]]{0,3}\s{0,2}(?::=|=>|={1,2}|:)\s{0,4}(?:\\?["'`]([^"'`\\\s]{8,128})\\?["'`]|([\w!#%^&*+?@~-]{8,128})(?![\w.([$]))/iy,
    minEntropyBits: 2.5,
    shownPrefix: 0,
    confidence: "low",
    startsAt: "anywhere",
    accept: isPasswordLike,
    sample: 'password: "k7Qd!2mXw9R"',
  },
];

/** Names that end like this point at things that are public or short-lived by design. */
const pointer =
  /(?:page|next|continuation|sync|cursor|csrf|xsrf|public|cancel(?:lation)?|max|min|num|count|total|bos|eos|pad|stop|special)[\s_-]?$/i;

const uuid = /^[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}$/i;

function isTokenLike(text: string): boolean {
  const digits = text.match(/\d/g)?.length ?? 0;
  if (
    digits < 2 ||
    !/[A-Za-z]/.test(text) ||
    uuid.test(text) ||
    /^[./]/.test(text) ||
    isTypedSequence(text)
  ) {
    return false;
  }
  return !isCode(text) && entropyBits(text) >= (text.length >= 24 ? 3.4 : 3.2);
}

/** Member access, paths, versions, dates and words joined by separators. */
function isCode(text: string): boolean {
  const parts = text.split(/[._/-]/);
  const words = parts.filter((part) => /^[A-Za-z]{2,}\d{0,2}$/.test(part)).length;
  return (
    (parts.length > 1 && words * 2 >= parts.length) ||
    /^\d{4}-\d{2}-\d{2}/.test(text) ||
    /^v?\d{1,4}\.\d/.test(text)
  );
}

function isPasswordLike(text: string): boolean {
  if (/^[$%{<([]|^(?:env|process|os|self|this|config|req|props)\b/.test(text)) {
    return false;
  }
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^\w]/].filter((kind) => kind.test(text)).length;
  return (
    classes >= 2 && /\d|[^\w.-]/.test(text) && /[A-Za-z]/.test(text) && !/[()[\]{};]/.test(text)
  );
}
