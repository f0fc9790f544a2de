import { type Alphabet, alphabets, type SecretRule, sampleOf } from "./secret-rule.ts";

/** Id, words in the name of the variable, and the shapes (alphabet and length) of its value. */
type Row = readonly [string, readonly string[], readonly (readonly [Alphabet, number])[]];

/** Tokens without a mark of their own: a provider's name must stand before them. */
const rows: readonly Row[] = [
  ["adafruit-key", ["adafruit"], [["word", 32]]],
  ["adobe-client-id", ["adobe"], [["hex", 32]]],
  ["airtable-key", ["airtable"], [["alnum", 17]]],
  ["algolia-key", ["algolia"], [["alnum", 32]]],
  ["alibaba-secret", ["alibaba", "aliyun"], [["alnum", 30]]],
  [
    "asana-secret",
    ["asana"],
    [
      ["alnum", 32],
      ["digits", 16],
    ],
  ],
  ["atlassian-key", ["atlassian", "confluence", "jira"], [["alnum", 24]]],
  [
    "aws-secret-key",
    ["aws_secret", "aws-secret", "awssecret", "secret_access_key", "secretaccesskey"],
    [["base64", 40]],
  ],
  ["aws-session-token", ["session_token", "sessiontoken"], [["base64", 200]]],
  ["azure-storage-key", ["accountkey"], [["base64", 86]]],
  ["beamer-token", ["beamer"], [["wide", 46]]],
  [
    "bitbucket-secret",
    ["bitbucket"],
    [
      ["alnum", 32],
      ["wide", 64],
    ],
  ],
  ["bittrex-key", ["bittrex"], [["alnum", 32]]],
  ["cisco-meraki-key", ["meraki"], [["hex", 40]]],
  [
    "cloudflare-key",
    ["cloudflare"],
    [
      ["word", 40],
      ["hex", 37],
    ],
  ],
  ["codecov-token", ["codecov"], [["alnum", 32]]],
  ["cohere-key", ["cohere", "co_api_key"], [["alnum", 40]]],
  ["coinbase-token", ["coinbase"], [["word", 64]]],
  [
    "confluent-secret",
    ["confluent"],
    [
      ["alnum", 16],
      ["alnum", 64],
    ],
  ],
  ["contentful-delivery-token", ["contentful"], [["wide", 43]]],
  [
    "datadog-key",
    ["datadog", "dd_api_key", "dd_app_key"],
    [
      ["alnum", 40],
      ["hex", 32],
    ],
  ],
  [
    "discord-secret",
    ["discord"],
    [
      ["hex", 64],
      ["wide", 32],
      ["digits", 18],
    ],
  ],
  ["droneci-token", ["droneci", "drone_ci"], [["alnum", 32]]],
  [
    "dropbox-token",
    ["dropbox"],
    [
      ["alnum", 15],
      ["wide", 138],
    ],
  ],
  ["etsy-token", ["etsy"], [["alnum", 24]]],
  ["facebook-secret", ["facebook"], [["hex", 32]]],
  ["fastly-token", ["fastly"], [["wide", 32]]],
  [
    "finicity-secret",
    ["finicity"],
    [
      ["hex", 32],
      ["alnum", 20],
    ],
  ],
  ["finnhub-token", ["finnhub"], [["alnum", 20]]],
  ["flickr-token", ["flickr"], [["alnum", 32]]],
  ["freshbooks-token", ["freshbooks"], [["alnum", 64]]],
  ["gitter-token", ["gitter"], [["word", 40]]],
  ["heroku-id", ["heroku"], []],
  ["hubspot-key", ["hubspot"], []],
  ["intercom-key", ["intercom"], [["wide", 60]]],
  [
    "jfrog-key",
    ["jfrog", "artifactory", "bintray", "xray"],
    [
      ["alnum", 64],
      ["alnum", 73],
    ],
  ],
  [
    "kraken-token",
    ["kraken"],
    [
      ["base64", 80],
      ["base64", 88],
      ["base64", 90],
    ],
  ],
  ["kucoin-key", ["kucoin"], [["hex", 24]]],
  ["launchdarkly-token", ["launchdarkly"], [["wide", 40]]],
  ["linear-secret", ["linear"], [["hex", 32]]],
  [
    "linkedin-secret",
    ["linkedin", "linked_in", "linked-in"],
    [
      ["alnum", 14],
      ["alnum", 16],
    ],
  ],
  ["lob-secret", ["lob"], []],
  [
    "looker-secret",
    ["looker"],
    [
      ["alnum", 20],
      ["alnum", 24],
    ],
  ],
  ["mailchimp-key", ["mailchimp"], []],
  ["mailgun-signing-key", ["mailgun"], []],
  ["mattermost-token", ["mattermost"], [["alnum", 26]]],
  ["maxmind-license", ["maxmind"], [["word", 40]]],
  ["messagebird-token", ["messagebird", "message-bird", "message_bird"], [["alnum", 25]]],
  [
    "netlify-key",
    ["netlify"],
    [
      ["wide", 40],
      ["wide", 43],
      ["wide", 46],
    ],
  ],
  ["new-relic-id", ["newrelic", "new-relic", "new_relic"], [["alnum", 64]]],
  ["nytimes-token", ["nytimes", "new-york-times", "newyorktimes"], [["wide", 32]]],
  ["okta-token", ["okta"], [["wide", 42]]],
  [
    "plaid-key",
    ["plaid"],
    [
      ["alnum", 24],
      ["alnum", 30],
    ],
  ],
  ["privateai-token", ["privateai", "private_ai", "private-ai"], [["lower", 32]]],
  ["rapidapi-token", ["rapidapi"], [["word", 50]]],
  ["sendbird-token", ["sendbird"], [["hex", 40]]],
  ["sentry-key", ["sentry"], [["hex", 64]]],
  ["snyk-key", ["snyk"], []],
  ["sonar-key", ["sonar"], [["wide", 40]]],
  ["sourcegraph-key", ["sourcegraph"], [["hex", 40]]],
  ["squarespace-token", ["squarespace"], []],
  [
    "sumologic-key",
    ["sumologic", "sumo_", "sumo-", "sumotoken", "sumokey"],
    [
      ["alnum", 64],
      ["alnum", 14],
    ],
  ],
  ["travis-token", ["travis"], [["alnum", 22]]],
  ["trello-token", ["trello"], [["alnum", 32]]],
  ["twitch-token", ["twitch"], [["alnum", 30]]],
  [
    "twitter-secret",
    ["twitter"],
    [
      ["alnum", 25],
      ["alnum", 45],
      ["alnum", 50],
    ],
  ],
  ["yandex-secret", ["yandex"], [["word", 40]]],
  ["zendesk-secret", ["zendesk"], [["alnum", 40]]],
  [
    "okx-binance-key",
    ["binance", "bybit", "bitfinex"],
    [
      ["alnum", 64],
      ["alnum", 43],
    ],
  ],
];

/** Values that are not one run of an alphabet. */
const shapes: Readonly<Record<string, readonly [string, string]>> = {
  "beamer-token": ["b_[\\w=-]{44}", `b_${sampleOf("word", 44)}`],
  "lob-secret": ["(?:live|test)_(?:pub_)?[a-f0-9]{31,35}", `live_${sampleOf("hex", 35)}`],
  "mailchimp-key": ["[a-f0-9]{32}-us\\d{1,2}", `${sampleOf("hex", 32)}-us12`],
  "mailgun-signing-key": [
    "[a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8}",
    `${sampleOf("hex", 32)}-7d2f9b4c-1e8a6053`,
  ],
  "kraken-token": ["[A-Za-z0-9/=_+-]{80,90}", sampleOf("base64", 85)],
  "okta-token": ["00[\\w=-]{40}", `00${sampleOf("word", 40)}`],
  "sumologic-key": ["su[a-zA-Z0-9]{12}", `su${sampleOf("alnum", 12)}`],
  "twitter-secret": ["\\d{15,25}-[a-zA-Z0-9]{20,40}", sampleOf("alnum", 45)],
  "yandex-secret": ["YC[\\w-]{38}", `YC${sampleOf("word", 38)}`],
};

const uuid = "[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}";
/** Providers whose keys are UUIDs. */
const uuidKeys = new Set([
  "heroku-id",
  "hubspot-key",
  "kucoin-key",
  "messagebird-token",
  "sendbird-token",
  "snyk-key",
  "squarespace-token",
]);

/**
 * What may stand between a name and its value: the rest of the name, quotes, an assignment of
 * any common language or markup, quotes again.
 */
export const assignment =
  "[\\w .\\t-]{0,20}[\"'`\\\\\\s\\]]{0,4}(?::{1,3}=|\\?=|\\.=|=>|={1,3}|:|,|>)[\"'`\\\\\\s=(]{0,8}";

export const assignedTokens: readonly SecretRule[] = rows.map(toRule);

function toRule([id, names, runs]: Row): SecretRule {
  const special = shapes[id];
  const values = runs.map(([alphabet, length]) => `[${alphabets[alphabet].source}]{${length}}`);
  if (special !== undefined) {
    values.unshift(special[0]);
  }
  if (uuidKeys.has(id)) {
    values.push(uuid);
  }
  const value = values.map((source) => `(?:${source})(?![\\w+/=-])`).join("|");
  return {
    id,
    keywords: names,
    anchor: "after-keyword",
    pattern: new RegExp(`${assignment}(${value})`, "iy"),
    minEntropyBits: 2.8,
    shownPrefix: 0,
    confidence: "high",
    startsAt: "hump",
    accept: (secret) => /\d/.test(secret) && /^[^.]/.test(secret),
    sample: `${names[0]}_token = "${special?.[1] ?? sampleValue(runs)}"`,
  };
}

function sampleValue(runs: Row[2]): string {
  const [first] = runs;
  return first === undefined ? "7d2f9b4c-1e8a-4053-9b4c-7d2f1e8a6053" : sampleOf(...first);
}
