import { type Alphabet, alphabets, type SecretRule, sampleOf } from "./secret-rule.ts";

/** Id, prefixes, alphabet and least and greatest length of what follows the prefix. */
type Row = readonly [string, readonly string[], Alphabet, number, number];

/**
 * Tokens that their providers made recognizable by a prefix. Formats are from the providers'
 * public documentation; lengths are what they issue today, with room where they say it may grow.
 */
const rows: readonly Row[] = [
  ["github-token", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], "alnum", 36, 255],
  ["github-fine-grained-token", ["github_pat_"], "word", 82, 255],
  ["gitlab-token", ["glpat-", "gldt-", "glrt-", "glft-", "glimt-", "glffct-"], "dotted", 20, 300],
  ["gitlab-pipeline-token", ["glptt-", "glsoat-", "glagent-", "gloas-"], "word", 20, 300],
  ["gitlab-job-token", ["glcbt-"], "dotted", 15, 300],
  ["gitlab-runner-token", ["gr1348941"], "word", 20, 50],
  ["aws-access-key-id", ["akia", "asia", "abia", "acca"], "base32", 16, 16],
  ["aws-bedrock-key", ["absk"], "base64", 109, 300],
  ["google-api-key", ["aizasy"], "word", 33, 33],
  ["google-oauth-secret", ["gocspx-"], "word", 28, 28],
  ["google-oauth-token", ["ya29."], "dotted", 40, 500],
  ["alibaba-access-key-id", ["ltai"], "alnum", 20, 20],
  ["digitalocean-token", ["dop_v1_", "doo_v1_", "dor_v1_"], "hex", 64, 64],
  ["databricks-token", ["dapi"], "hex", 32, 34],
  ["doppler-token", ["dp.pt.", "dp.st.", "dp.sa.", "dp.ct."], "alnum", 40, 60],
  ["heroku-key", ["hrku-aa"], "word", 58, 58],
  ["hashicorp-vault-token", ["hvs.", "hvb."], "word", 60, 300],
  ["openai-key", ["sk-proj-", "sk-svcacct-", "sk-admin-"], "word", 40, 200],
  ["openrouter-key", ["sk-or-v1-"], "hex", 64, 64],
  ["groq-key", ["gsk_"], "alnum", 52, 52],
  ["xai-key", ["xai-"], "alnum", 70, 90],
  ["perplexity-key", ["pplx-"], "alnum", 48, 56],
  ["replicate-token", ["r8_"], "alnum", 37, 37],
  ["nvidia-key", ["nvapi-"], "word", 60, 80],
  ["cerebras-key", ["csk-"], "lower", 48, 48],
  ["fireworks-key", ["fw_"], "alnum", 24, 24],
  ["tavily-key", ["tvly-dev-", "tvly-prod-"], "alnum", 32, 32],
  ["langsmith-key", ["lsv2_pt_", "lsv2_sk_"], "word", 40, 60],
  ["langfuse-key", ["sk-lf-"], "word", 36, 36],
  ["hugging-face-token", ["hf_"], "letters", 34, 34],
  ["hugging-face-org-token", ["api_org_"], "letters", 34, 34],
  ["npm-token", ["npm_"], "alnum", 36, 36],
  [
    "pypi-token",
    ["pypi-ageichlwas5vcmc", "pypi-ageichlwas5vcmcc", "pypi-ageienr"],
    "word",
    50,
    1000,
  ],
  ["rubygems-token", ["rubygems_"], "hex", 48, 48],
  ["clojars-token", ["clojars_"], "lower", 60, 60],
  ["docker-token", ["dckr_pat_", "dckr_oat_"], "word", 27, 40],
  ["artifactory-key", ["akcp"], "alnum", 69, 69],
  ["artifactory-reference", ["cmvmd"], "alnum", 59, 59],
  ["nuget-key", ["oy2"], "lower", 43, 43],
  [
    "stripe-key",
    ["sk_live_", "sk_test_", "sk_prod_", "rk_live_", "rk_test_", "rk_prod_"],
    "alnum",
    10,
    99,
  ],
  ["stripe-webhook-secret", ["whsec_"], "base64", 32, 64],
  ["square-token", ["sq0atp-", "eaaal", "eaaae"], "word", 22, 64],
  ["shopify-token", ["shpat_", "shpca_", "shppa_", "shpss_"], "hex", 32, 32],
  ["flutterwave-key", ["flwpubk_test-", "flwseck_test-", "flwpubk-", "flwseck-"], "word", 12, 40],
  ["razorpay-key", ["rzp_live_", "rzp_test_"], "alnum", 14, 14],
  ["duffel-token", ["duffel_test_", "duffel_live_"], "wide", 43, 43],
  ["easypost-key", ["ezak", "eztk"], "lower", 54, 54],
  ["shippo-token", ["shippo_live_", "shippo_test_"], "hex", 40, 40],
  ["lob-key", ["live_pub_", "test_pub_"], "hex", 31, 31],
  ["gocardless-token", ["live_", "sandbox_"], "wide", 40, 40],
  ["facebook-token", ["eaam", "eaac"], "alnum", 100, 300],
  ["slack-app-token", ["xapp-1-"], "word", 20, 200],
  ["mailgun-key", ["key-", "pubkey-"], "hex", 32, 32],
  ["sendgrid-key", ["sg."], "dotted", 60, 70],
  ["brevo-key", ["xkeysib-"], "word", 80, 82],
  ["twilio-key", ["sk"], "hex", 32, 32],
  ["discord-webhook", ["discord.com/api/webhooks/"], "base64", 60, 120],
  ["new-relic-key", ["nrak-", "nrii-", "nrjs-", "nriq-", "nrra-", "nraa-"], "word", 19, 42],
  ["grafana-service-token", ["glsa_"], "word", 41, 41],
  ["grafana-cloud-token", ["glc_ey"], "base64", 30, 400],
  ["grafana-key", ["eyjrijoi"], "base64", 60, 400],
  ["sentry-token", ["sntryu_"], "hex", 64, 64],
  ["sentry-org-token", ["sntrys_eyj"], "base64", 60, 400],
  ["dynatrace-token", ["dt0c01.", "dt0s01.", "dt0s16."], "dotted", 89, 89],
  ["honeycomb-key", ["hcaik_", "hcxik_", "hcalk_"], "alnum", 50, 64],
  ["sonar-token", ["squ_", "sqp_", "sqa_"], "wide", 40, 40],
  ["sourcegraph-token", ["sgp_"], "word", 40, 60],
  ["snyk-token", ["snyk_uat."], "dotted", 40, 200],
  ["pulumi-token", ["pul-"], "hex", 40, 40],
  ["terraform-infracost-key", ["ico-"], "alnum", 32, 32],
  ["prefect-token", ["pnu_"], "lower", 36, 36],
  ["planetscale-token", ["pscale_tkn_", "pscale_pw_", "pscale_oauth_"], "wide", 32, 64],
  ["supabase-token", ["sbp_"], "hex", 40, 40],
  ["supabase-secret-key", ["sb_secret_"], "word", 31, 40],
  ["clickhouse-cloud-secret", ["4b1d"], "alnum", 38, 38],
  ["fly-token", ["fo1_"], "word", 43, 43],
  ["fly-macaroon", ["fm1a_", "fm1r_", "fm2_"], "base64", 100, 600],
  ["netlify-token", ["nfp_"], "alnum", 36, 40],
  ["vercel-token", ["vcp_", "vck_"], "alnum", 24, 60],
  ["cloudflare-origin-key", ["v1.0-"], "word", 171, 171],
  ["scalingo-token", ["tk-us-", "tk-eu-"], "word", 48, 48],
  ["octopus-key", ["api-"], "upper", 26, 26],
  ["harness-token", ["pat.", "sat."], "dotted", 60, 70],
  ["postman-key", ["pmak-"], "word", 59, 59],
  ["readme-key", ["rdme_"], "lower", 70, 70],
  ["linear-key", ["lin_api_", "lin_oauth_"], "alnum", 40, 64],
  ["notion-token", ["ntn_"], "alnum", 46, 46],
  ["figma-token", ["figd_", "figu_"], "word", 40, 60],
  ["typeform-token", ["tfp_"], "dotted", 44, 64],
  ["contentful-token", ["cfpat-"], "word", 43, 43],
  ["frameio-token", ["fio-u-"], "wide", 64, 64],
  ["atlassian-token", ["atatt3", "atctt3", "atbb"], "wide", 28, 200],
  ["adobe-secret", ["p8e-"], "lower", 32, 32],
  ["intra42-secret", ["s-s4t2ud-", "s-s4t2af-"], "hex", 64, 64],
  ["settlemint-token", ["sm_pat_", "sm_sat_", "sm_aat_"], "alnum", 16, 16],
  ["defined-networking-token", ["dnkey-"], "word", 79, 79],
  ["age-secret-key", ["age-secret-key-1"], "upper", 58, 58],
  ["onepassword-service-token", ["ops_eyj"], "base64", 240, 1200],
  ["openshift-token", ["sha256~"], "word", 43, 43],
  ["yandex-key", ["aqvn", "ycaj", "yco", "ycm", "ycn", "yci"], "word", 34, 38],
  ["yandex-iam-token", ["t1."], "dotted", 60, 500],
  ["mapbox-token", ["pk.eyj", "sk.eyj"], "dotted", 60, 200],
  ["anthropic-oauth-token", ["sk-ant-oat01-", "sk-ant-ort01-"], "word", 80, 120],
  ["deepgram-cursor-key", ["crsr_", "key_live_"], "alnum", 40, 70],
  ["persona-key", ["persona_production_", "persona_sandbox_"], "alnum", 36, 36],
  ["polar-token", ["polar_oat_", "polar_pat_"], "alnum", 40, 48],
  ["resend-key", ["re_"], "word", 32, 34],
  ["posthog-key", ["phx_"], "alnum", 40, 50],
  ["buildkite-token", ["bkua_"], "hex", 40, 40],
  ["circleci-token", ["ccipat_", "ccipra_"], "word", 40, 70],
  ["airtable-token", ["pata", "patb", "patc", "patd"], "dotted", 77, 78],
  ["neon-key", ["napi_"], "lower", 60, 66],
  ["tailscale-key", ["tskey-auth-", "tskey-api-", "tskey-client-"], "word", 20, 70],
  ["maxmind-key", ["mmk_live_"], "word", 16, 40],
];

/** Formats that bind case: the prefix as the provider writes it. */
const exactPrefixes: Readonly<Record<string, RegExp>> = {
  "aws-access-key-id": /^(?:AKIA|ASIA|ABIA|ACCA)/,
  "aws-bedrock-key": /^ABSK/,
  "google-api-key": /^AIzaSy/,
  "alibaba-access-key-id": /^LTAI/,
  "artifactory-key": /^AKCp/,
  "artifactory-reference": /^cmVmd/,
  "twilio-key": /^SK/,
  "octopus-key": /^API-/,
  "facebook-token": /^EAA[MC]/,
  "square-token": /^(?:sq0|EAAA)/,
  "easypost-key": /^EZ[AT]K/,
  "sendgrid-key": /^SG\./,
  "yandex-key": /^(?:AQVN|YC)/,
  "hugging-face-token": /^hf_/,
  "atlassian-token": /^AT/,
  "gitlab-runner-token": /^GR/,
  "flutterwave-key": /^FLW/,
  "terraform-infracost-key": /^ico-/,
  "grafana-key": /^eyJrIjoi/,
};

export const prefixedTokens: readonly SecretRule[] = rows.map(toRule);

function toRule([id, prefixes, alphabet, min, max]: Row): SecretRule {
  const { source } = alphabets[alphabet];
  const heads = prefixes.map((prefix) => prefix.replaceAll(/[.^$|~/-]/g, "\\$&")).join("|");
  const pattern = new RegExp(`((?:${heads})[${source}]{${min},${max}})(?![${source}])`, "iy");
  const exact = exactPrefixes[id];
  const sampleHead = samplePrefix(prefixes[0] ?? "", exact);
  return {
    id,
    keywords: prefixes,
    anchor: "keyword",
    pattern,
    minEntropyBits: min >= 30 ? 3 : 2.5,
    shownPrefix: Math.min(12, Math.min(...prefixes.map((prefix) => prefix.length))),
    confidence: "high",
    startsAt: "word",
    accept: (secret) => (exact === undefined || exact.test(secret)) && mixed(secret, alphabet),
    sample: sampleHead + sampleOf(alphabet, min),
  };
}

/** Identifiers are made of words; tokens have digits among their letters. */
function mixed(secret: string, alphabet: Alphabet): boolean {
  const tail = secret.slice(4);
  return alphabet === "letters" ? /[a-z]/.test(tail) && /[A-Z]/.test(tail) : /\d/.test(tail);
}

function samplePrefix(prefix: string, exact: RegExp | undefined): string {
  const spellings = [prefix, prefix.toUpperCase(), "AIzaSy", "AKCp", "cmVmd", "eyJrIjoi"];
  return spellings.find((spelling) => exact === undefined || exact.test(spelling)) ?? prefix;
}
