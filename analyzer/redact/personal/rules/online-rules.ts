import { isIP } from "node:net";
import { type PersonalRule, personalRule } from "../personal-rule.ts";

/** Networks that name nobody (RFC 1918, RFC 5737, RFC 6890). */
const reserved =
  /^(?:0|10|127|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01])|192\.0\.2|203\.0\.113|22[4-9]|2[345]\d)\.|^:|^f[cdef]|^2001:db8|\.0$/i;

/** Addresses of people and of their devices. */
export const onlineRules: readonly PersonalRule[] = [
  {
    ...personalRule("email-address", "x", "my email is anna.berg@shop.example"),
    hard: false,
    minDigits: 0,
    pattern:
      /(?<![\w.+%-])[\w.+%-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}(?:[a-z]{2,24}|xn--[a-z0-9-]{2,40})(?![\w-])/gi,
    accept: (value) => !/@example\.(?:com|org|net)$/i.test(value),
    context: ["email", "e-mail", "mail", "correo", "courriel", "contact", "reach me", "write to"],
  },
  personalRule(
    "mac-address",
    "(?:[0-9a-f]{2}[:-][0-9a-f]{2}(?:[:-][0-9a-f]{2}){4}|[0-9a-f]{4}\\.[0-9a-f]{4}\\.[0-9a-f]{4})",
    "MAC address 00-1A-2B-3C-4D-5E",
    {
      hard: false,
      minDigits: 0,
      context: ["mac", "hardware address", "physical address"],
      accept: (value) => !/^[0:.-]+$/.test(value) && !/^[f:.-]+$/i.test(value),
    },
  ),
  {
    ...personalRule("ip-address", "x", "my ip is 198.51.100.7"),
    hard: false,
    minDigits: 1,
    pattern:
      /(?<![\w.])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:\d{1,3}(?:\.\d{1,3}){3})?)(?![\w:])/gi,
    context: ["ip", "ipv4", "ipv6", "ip address", "client address", "remote address"],
    accept: (value) => isIP(value) !== 0 && !reserved.test(value),
  },
];
