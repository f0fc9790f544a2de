import { type CodeRule, codeRule } from "../code-rule.ts";

const comment = /^\s{0,80}(?:\/\/|\*|#)/;
const weak = { strength: "weak", severity: "low" } as const;

export const javascriptRules: readonly CodeRule[] = [
  codeRule(
    ["javascript-eval", "CWE-95"],
    ["eval(", "new function(", "execscript("],
    /(?<![\w.])(?:window\.|global(?:This)?\.)?eval\(\s{0,4}(?:["'`][^"'`]{0,200}["'`]\s{0,4}\+|`[^`]{0,200}\$\{|[\w$]{1,60}[^)\n]{0,80}\))|\bnew\s{1,4}Function\(\s{0,4}[^)\s]/,
    {
      sample: "const value = eval(expression);",
      unless: comment,
      inText: /[;{}]|=>|\b(?:var|const|let|function)\b/,
    },
  ),
  codeRule(
    ["javascript-implied-eval", "CWE-95"],
    ["settimeout(", "setinterval("],
    /\bset(?:Timeout|Interval)\(\s{0,4}["'`][^"'`\n]{1,200}["'`]\s{0,4}[+,]/,
    { sample: 'setTimeout("run(" + id + ")", 100);', unless: comment },
  ),
  codeRule(
    ["javascript-shell", "CWE-78"],
    ["exec(", "execsync("],
    /(?:child_process|cp|shell|shelljs)\.exec(?:Sync)?\(|(?<![\w.$])exec(?:Sync)?\(\s{0,4}(?:["'][^"'\n]{0,200}["']\s{0,4}\+|`[^`\n]{0,200}\$\{)/,
    {
      sample: "child_process.exec('git clone ' + url, done);",
      severity: "high",
      unless: /^\s{0,80}(?:\/\/|\*|#)|exec(?:Sync)?\(\s{0,4}["'][^"'$+]{0,200}["']\s{0,4}\)/,
    },
  ),
  codeRule(
    ["javascript-post-message-any", "CWE-345"],
    ["postmessage("],
    /\.postMessage\([^\n]{0,300},\s{0,4}["'`]\*["'`]/,
    { sample: "parent.postMessage(JSON.stringify(state), '*');", unless: comment },
  ),
  codeRule(["javascript-new-buffer", "CWE-770"], ["new buffer("], /\bnew\s{1,4}Buffer\(/, {
    sample: "const copy = new Buffer(size);",
    severity: "low",
    unless: comment,
  }),
  codeRule(
    ["javascript-inner-html", "CWE-79"],
    ["dangerouslysetinnerhtml", "innerhtml", "document.write("],
    /dangerouslySetInnerHTML\s{0,4}[=:]|\.(?:inner|outer)HTML\s{0,4}\+?=\s{0,4}(?!["'`][^"'`$+]{0,200}["'`]\s{0,4};)[^=\s]|document\.write(?:ln)?\([^)\n]{0,200}\+/,
    { sample: "node.innerHTML = '<b>' + name + '</b>';", unless: comment },
  ),
  codeRule(
    ["javascript-dynamic-require", "CWE-95"],
    ["require("],
    /(?<![\w.])require\(\s{0,4}(?:[A-Za-z_$][\w.$]{0,80}(?:\[|\(|\s{0,2}\+|\s{0,2}\))|["'][^"'\n]{0,120}["']\s{0,4}\+|`[^`\n]{0,120}\$\{)/,
    {
      sample: "const plugin = require(folder + '/' + name);",
      severity: "low",
      unless: /^\s{0,80}(?:\/\/|\*|#)|createRequire|require\.resolve/,
    },
  ),
  codeRule(
    ["javascript-sql-concatenation", "CWE-89"],
    ["query(", "execute(", ".raw("],
    /\.(?:query|execute|raw)\(\s{0,4}(?:["'`]\s{0,4}(?:SELECT|INSERT|UPDATE|DELETE|DROP)\b[^\n]{0,200}(?:["']\s{0,4}\+|\$\{))/i,
    {
      sample: "db.query('SELECT * FROM users WHERE id = ' + id);",
      severity: "high",
      unless: comment,
    },
  ),
  codeRule(
    ["no-certificate-check", "CWE-295"],
    ["rejectunauthorized", "node_tls_reject_unauthorized", "insecureskipverify"],
    /rejectUnauthorized["']?\s{0,4}:\s{0,4}false|NODE_TLS_REJECT_UNAUTHORIZED["'\]]{0,2}\s{0,4}=\s{0,4}["']?0/,
    { sample: "https.get(url, { rejectUnauthorized: false });", unless: comment },
  ),
  codeRule(
    ["javascript-weak-hash", "CWE-327"],
    ["createhash(", "createcipher("],
    /createHash\(\s{0,4}["'](?:md5|sha-?1|md4)["']|createCipher\(/i,
    {
      sample: "crypto.createHash('md5').update(password)",
      severity: "low",
      unless: /^\s{0,80}(?:\/\/|\*|#)|etag|cache/i,
    },
  ),
  codeRule(
    ["javascript-timing", "CWE-208"],
    ["token", "hash", "password", "secret", "apikey", "signature"],
    /\bif\s{0,4}\([^\n]{0,80}(?<![\w.])(?:[\w$]{1,30}\.){0,3}(?:password|passwd|secret|apiKey|token|hash|signature|hmac|digest)\s{0,4}(?:[!=]==?)\s{0,4}(?!["'`]|null\b|undefined\b|true\b|false\b|\d|typeof)[\w$.]{1,60}\s{0,4}[)&|]|(?<![\w.])[\w$.]{1,60}\s{0,4}[!=]==?\s{0,4}(?:password|secret|apiKey|token|hash|signature|hmac)\s{0,4}\)/,
    { sample: "if (request.token === secret) {", ...weak, unless: comment },
  ),
  codeRule(["javascript-random", "CWE-338"], ["math.random("], /\bMath\.random\(\)/, {
    sample: "const id = Math.random();",
    ...weak,
    unless: comment,
  }),
  codeRule(
    ["javascript-random-secret", "CWE-338"],
    ["math.random("],
    /(?:token|secret|password|uuid|nonce|salt|otp|session_?id|key|captcha|code|guid)\w{0,20}\s{0,4}[=:(][^\n]{0,120}Math\.random\(\)|Math\.random\(\)[^\n]{0,20}(?:0x10{3,6}|toString\(\s{0,2}(?:16|36)|\*\s{0,2}(?:16|0x10))/i,
    { sample: "const token = Math.random().toString(36);", severity: "low", unless: comment },
  ),
  codeRule(
    ["javascript-dynamic-pattern", "CWE-1333"],
    ["regexp("],
    /\bRegExp\(\s{0,4}(?:["'`][^"'`\n]{0,120}["'`]\s{0,4}\+|[a-z_$][\w.$]{0,60}\s{0,4}[),+])/i,
    { sample: "text.match(new RegExp('^' + name));", ...weak, unless: comment },
  ),
  codeRule(
    ["javascript-dynamic-path", "CWE-22"],
    ["readfile", "writefile", "createreadstream", "lstat", "unlink"],
    /\bfs\.(?:readFile|writeFile|createReadStream|lstat|unlink|stat|readdir)(?:Sync)?\(\s{0,4}(?!["'`][^"'`+$]{0,200}["'`]\s{0,4}[,)])(?:req\.|request\.|params|query)/,
    { sample: "fs.readFile(req.query.name, done);", unless: comment },
  ),
];
