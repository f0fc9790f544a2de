import { type CodeRule, codeRule } from "../code-rule.ts";

const php = /<\?php|\$\w{1,40}\s{0,4}(?:->|=|\[|;|,|\))|\$this\b/;
const comment = /^\s{0,80}(?:\/\/|\*|#)/;

export const phpRules: readonly CodeRule[] = [
  codeRule(
    ["php-weak-hash", "CWE-327"],
    ["md5(", "sha1(", "md5_file(", "crypt("],
    /(?<![\w>$:.])(?:md5|sha1|md5_file)\s{0,2}\(/,
    { sample: "$hash = md5($password);", severity: "low", inText: php, unless: comment },
  ),
  codeRule(
    ["php-command", "CWE-78"],
    ["exec(", "system(", "passthru(", "popen(", "proc_open("],
    /(?<![\w$:])(?:shell_exec|exec|system|passthru|popen|proc_open)\s{0,2}\(|->exec\(\s{0,4}(?:["'$]|$)/,
    {
      sample: "$output = shell_exec($command);",
      severity: "high",
      inText: php,
      unless: /^\s{0,80}(?:\/\/|\*|#)|curl_exec|function\s/,
    },
  ),
  codeRule(
    ["php-trusts-address", "CWE-290"],
    ["remote_addr", "http_x_forwarded_for", "http_client_ip"],
    /\$_SERVER\[\s{0,2}["'](?:REMOTE_ADDR|HTTP_X_FORWARDED_FOR|HTTP_CLIENT_IP)/,
    { sample: "if ($_SERVER['REMOTE_ADDR'] === $admin) {", severity: "low", inText: php },
  ),
  codeRule(
    ["php-open-redirect", "CWE-601"],
    ["location:", "location :"],
    /header\(\s{0,4}["']Location\s{0,2}:[^\n]{0,200}\$_(?:GET|POST|REQUEST|COOKIE)/i,
    { sample: "header('Location: ' . $_GET['next']);", inText: php },
  ),
  codeRule(
    ["php-unserialize", "CWE-502"],
    ["unserialize("],
    /(?<!\w)unserialize\(\s{0,4}(?:\$_(?:GET|POST|REQUEST|COOKIE)|\$\w|base64_decode|file_get_contents)/,
    { sample: "$user = unserialize($_COOKIE['user']);", severity: "high", inText: php },
  ),
  codeRule(
    ["php-serializes-request", "CWE-502"],
    ["serialize("],
    /(?<!un)serialize\(\s{0,4}\$_(?:GET|POST|REQUEST|COOKIE)/,
    { sample: "$content = serialize($_POST);", severity: "low", inText: php },
  ),
  codeRule(
    ["php-echo-request", "CWE-79"],
    ["$_get", "$_post", "$_request", "$_cookie"],
    /(?:\becho\b|\bprint\b|<\?=)[^;\n]{0,160}\$_(?:GET|POST|REQUEST|COOKIE)/,
    {
      sample: "echo $_GET['name'];",
      inText: php,
      unless: /htmlspecialchars|htmlentities|esc_html|esc_attr|intval/,
    },
  ),
  codeRule(
    ["php-sql-request", "CWE-89"],
    ["select ", "insert ", "update ", "delete "],
    /(?:SELECT|INSERT|UPDATE|DELETE)\b[^;\n]{0,200}\$_(?:GET|POST|REQUEST|COOKIE)|mysqli?_query\([^;\n]{0,200}["']\s{0,4}\.\s{0,4}\$/i,
    {
      sample: 'mysql_query("SELECT * FROM users WHERE id = " . $id);',
      severity: "high",
      inText: php,
    },
  ),
  codeRule(
    ["php-includes-request", "CWE-98"],
    ["include", "require"],
    /\b(?:include|require)(?:_once)?\b[^;\n]{0,80}\$_(?:GET|POST|REQUEST|COOKIE)/,
    { sample: "include($_GET['page'] . '.php');", severity: "high", inText: php },
  ),
  codeRule(
    ["php-shows-errors", "CWE-209"],
    ["display_errors"],
    /ini_set\(\s{0,4}["']display_errors["']\s{0,4},\s{0,4}["']?(?:on|1|true|stdout)/i,
    { sample: "ini_set('display_errors', 'on');", severity: "low" },
  ),
  codeRule(
    ["php-predictable-id", "CWE-330"],
    ["uniqid(", "mt_rand(", "rand("],
    /(?<![\w>$:.])(?:uniqid|mt_rand|lcg_value)\(/,
    { sample: "$token = uniqid($prefix);", severity: "low", strength: "weak", inText: php },
  ),
];
