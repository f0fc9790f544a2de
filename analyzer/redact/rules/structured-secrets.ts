import { entropyBits } from "../../scan/entropy.ts";
import { assignment } from "./assigned-tokens.ts";
import { type SecretRule, sampleOf } from "./secret-rule.ts";

const defaults = {
  anchor: "keyword",
  minEntropyBits: 2.5,
  shownPrefix: 0,
  confidence: "high",
  startsAt: "anywhere",
} as const;

const base64Url = "[\\w-]";
const jwtSample = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiJzaG9wIn0", sampleOf("word", 43)].join(".");

/** Secrets known by their structure rather than by a prefix and a run of characters. */
export const structuredSecrets: readonly SecretRule[] = [
  {
    ...defaults,
    id: "private-key",
    keywords: ["private key-----", "private key block-----"],
    anchor: "after-keyword",
    // Stops at any dashes, so that a flood of headers is read once.
    pattern: /((?:(?!-----)[A-Za-z0-9+/=\s:,.\\-]){30,20000})/y,
    sample: `-----BEGIN PRIVATE KEY-----\n${sampleOf("base64", 120)}\n-----END PRIVATE KEY-----`,
  },
  {
    ...defaults,
    id: "jwt",
    keywords: ["eyj"],
    pattern: new RegExp(
      `(?<!-)(eyJ${base64Url}{12,4000}\\.ey${base64Url}{12,8000}\\.${base64Url}{0,2000}={0,2})`,
      "y",
    ),
    minEntropyBits: 3,
    shownPrefix: 3,
    startsAt: "word",
    accept: (secret) => !secret.endsWith("."),
    sample: jwtSample,
  },
  {
    ...defaults,
    id: "unsigned-jwt",
    keywords: ["eyj"],
    pattern: new RegExp(
      `(?<!-)(eyJ${base64Url}{12,4000}\\.ey${base64Url}{12,8000}\\.)(?![\\w-])`,
      "y",
    ),
    shownPrefix: 3,
    confidence: "low",
    startsAt: "word",
    sample: `token=${jwtSample.slice(0, 41)} `,
  },
  {
    ...defaults,
    id: "encoded-jwt",
    keywords: ["zxlk"],
    pattern: /(?<![+/])(ZXlK[A-Za-z0-9+/]{60,8000}={0,2})/y,
    startsAt: "word",
    shownPrefix: 4,
    sample: `ZXlK${sampleOf("base64", 80)}`,
  },
  {
    ...defaults,
    id: "url-password",
    keywords: ["://"],
    anchor: "after-keyword",
    pattern: /[^\s/:@"'`<>\\]{0,64}:([^\s/@"'`<>\\]{4,200})@[\w.[-]/y,
    minEntropyBits: 1,
    accept: (secret) => !secretName.test(secret) && !/^[$%{([*]/.test(secret),
    sample: "postgres://app:k7Qd2mXw9@db.internal:5432/shop",
  },
  {
    ...defaults,
    id: "basic-authorization",
    keywords: ["basic "],
    anchor: "after-keyword",
    pattern: /([A-Za-z0-9+/]{12,400}={0,2})(?![\w+/=])/y,
    accept: (secret) => isUserAndPassword(secret),
    sample: `Authorization: Basic ${Buffer.from("shop:k7Qd2mXw9R").toString("base64")}`,
  },
  {
    ...defaults,
    id: "bearer-token",
    keywords: ["bearer "],
    anchor: "after-keyword",
    pattern: /([\w.~+/=-]{20,4000})(?![\w+/=-])/y,
    minEntropyBits: 3.3,
    accept: (secret) => looksRandom(secret),
    sample: `Authorization: Bearer ${sampleOf("alnum", 40)}`,
  },
  {
    ...defaults,
    id: "slack-token",
    keywords: ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxo-", "xoxe-", "xoxe.xox"],
    pattern: /(xox(?:e\.xox)?[a-z]-(?:\d-)?[\w-]{10,250})(?![\w-])/iy,
    shownPrefix: 5,
    startsAt: "word",
    accept: isSlackToken,
    sample: `xoxb-7294183650-1839204756-${sampleOf("alnum", 24)}`,
  },
  {
    ...defaults,
    id: "slack-webhook",
    keywords: ["hooks.slack.com/"],
    anchor: "after-keyword",
    pattern: /(?:services|workflows|triggers)\/([\w+/]{40,90})(?![\w+/])/iy,
    sample: `https://hooks.slack.com/services/T7Q2M9RZ4/B1NV8CJ6G/${sampleOf("alnum", 24)}`,
  },
  {
    ...defaults,
    id: "microsoft-teams-webhook",
    keywords: [".webhook.office.com/webhookb2/"],
    anchor: "after-keyword",
    pattern: /([\w-]{36}@[\w-]{36}\/IncomingWebhook\/[\w-]{20,40}\/[\w-]{36})/iy,
    sample: `https://a.webhook.office.com/webhookb2/${sampleOf("lower", 36)}@${sampleOf("lower", 36)}/IncomingWebhook/${sampleOf("hex", 32)}/${sampleOf("lower", 36)}`,
  },
  {
    ...defaults,
    id: "discord-bot-token",
    keywords: ["discord"],
    anchor: "after-keyword",
    pattern: new RegExp(`${assignment}([MNO][\\w-]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,38})`, "iy"),
    sample: `discord_bot: "M${sampleOf("alnum", 25)}.k7Qd2m.${sampleOf("alnum", 30)}"`,
  },
  {
    ...defaults,
    id: "telegram-bot-token",
    keywords: ["telegr", "api.telegram.org/bot", "bot_token"],
    anchor: "after-keyword",
    pattern: new RegExp(`(?:${assignment}|)(?:bot)?(\\d{5,16}:A[\\w-]{34})(?![\\w-])`, "iy"),
    sample: `telegram_token = "729418365:A${sampleOf("alnum", 34)}"`,
  },
  {
    ...defaults,
    id: "azure-ad-client-secret",
    keywords: ["q~"],
    pattern: /(?<=[\w~.]{3}\d)(Q~[\w~.-]{31,34})(?![\w~-])/y,
    shownPrefix: 2,
    sample: `client_secret=bP88Q~${sampleOf("alnum", 34)}`,
  },
  {
    ...defaults,
    id: "openai-legacy-key",
    keywords: ["t3blbkfj"],
    pattern: /(?<=sk-[\w-]{20,80})(T3BlbkFJ[\w-]{20,80})/y,
    sample: `sk-${sampleOf("alnum", 20)}T3BlbkFJ${sampleOf("alnum", 20)}`,
  },
  {
    ...defaults,
    id: "anthropic-key",
    keywords: ["sk-ant-api03-", "sk-ant-admin01-"],
    pattern: /(sk-ant-(?:api03|admin01)-[\w-]{80,110}AA)(?![\w-])/y,
    shownPrefix: 10,
    startsAt: "word",
    sample: `sk-ant-api03-${sampleOf("word", 93)}AA`,
  },
  {
    ...defaults,
    id: "terraform-cloud-token",
    keywords: [".atlasv1."],
    pattern: /(?<=[A-Za-z0-9]{14})(\.atlasv1\.[\w=-]{60,70})/iy,
    shownPrefix: 9,
    sample: `${sampleOf("alnum", 14)}.atlasv1.${sampleOf("alnum", 66)}`,
  },
  {
    ...defaults,
    id: "onepassword-secret-key",
    keywords: ["a3-"],
    pattern:
      /(A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3})(?![\w-])/y,
    minEntropyBits: 3.5,
    shownPrefix: 3,
    startsAt: "word",
    sample: "A3-K7QD2M-XW9RZT4BHS1-NVY8C-JF6GP-L3EW5",
  },
  {
    ...defaults,
    id: "facebook-app-token",
    keywords: ["|"],
    pattern: /(?<=\d{15,16})(\|[\w-]{27,40})(?![\w-])/y,
    shownPrefix: 1,
    sample: `911602140448729|AY-${sampleOf("word", 24)}`,
  },
  {
    ...defaults,
    id: "twitter-bearer-token",
    keywords: ["aaaaaaaaaaaaaaaaaaaaaa"],
    anchor: "after-keyword",
    pattern: /([b-zB-Z0-9%][\w%]{75,120})(?![\w%])/y,
    minEntropyBits: 3.5,
    sample: `${"A".repeat(22)}x${sampleOf("alnum", 84)}`,
  },
  {
    ...defaults,
    id: "square-secret",
    keywords: ["sq0csp-"],
    pattern: /(sq0csp-[^\s"'`<>]{42,44})/iy,
    startsAt: "word",
    shownPrefix: 7,
    sample: `sq0csp-${sampleOf("word", 43)}`,
  },
  {
    ...defaults,
    id: "cookie",
    keywords: ["_gitlab_session=", "connect.sid=", "phpsessid=", "jsessionid=", "sessionid="],
    anchor: "after-keyword",
    pattern: /([\w%.-]{20,400})/y,
    sample: `Cookie: connect.sid=s%3A${sampleOf("alnum", 40)}`,
  },
  {
    ...defaults,
    id: "nuget-password",
    keywords: ["cleartextpassword"],
    anchor: "after-keyword",
    pattern: /"\s{0,4}value="([^"<>%$]{8,64})"/iy,
    minEntropyBits: 2,
    sample: '<add key="ClearTextPassword" value="k7Qd2mXw9R" />',
  },
  {
    ...defaults,
    id: "kubernetes-secret",
    keywords: ["kind: secret", '"kind":"secret"'],
    anchor: "after-keyword",
    pattern: /[^]{0,400}?\bdata:\s{1,8}[\w.-]{1,60}:\s{0,4}["']?([A-Za-z0-9+/]{10,4000}={0,3})/iy,
    sample: `kind: Secret\nmetadata:\n  name: shop\ndata:\n  key: ${sampleOf("base64", 40)}`,
  },
];

const secretName = /^(?:pass(?:word|wd)?|pwd|secret|token|user|\w{0,8}_?password\w{0,8})$/i;

/** Legacy workspace tokens are short; other kinds are long and full of digits. */
function isSlackToken(secret: string): boolean {
  const digits = secret.match(/\d/g)?.length ?? 0;
  return secret.length < 20 ? /^xox[ar]-/i.test(secret) && digits >= 3 : digits >= 8;
}

function isUserAndPassword(encoded: string): boolean {
  const text = Buffer.from(encoded, "base64").toString("latin1");
  return /^[\x20-\x7e]{1,120}:[\x20-\x7e]{1,200}$/.test(text);
}

/** True for text with the mix of characters of a random token rather than of words. */
export function looksRandom(text: string): boolean {
  const digits = text.match(/\d/g)?.length ?? 0;
  return digits >= 2 && /[A-Za-z]/.test(text) && entropyBits(text) >= 3.2;
}
