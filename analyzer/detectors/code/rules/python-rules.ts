import { type CodeRule, codeRule } from "../code-rule.ts";

const comment = /^\s{0,80}(?:#|\/\/|\*)/;
const weak = { strength: "weak", severity: "low" } as const;

export const pythonRules: readonly CodeRule[] = [
  codeRule(
    ["python-eval", "CWE-95"],
    ["eval("],
    /(?<![\w.])eval\(\s{0,4}(?!["'][^"'%+{]{0,200}["']\s{0,4}\))[\w"'(]/,
    {
      sample: "value = eval(expression)",
      unless: comment,
      inText:
        /\b(?:def|import|self|print|elif|None)\b|=\s{0,4}eval\(|\)\s{0,4}(?:#[^\n]{0,80})?(?:\n|$)/,
    },
  ),
  codeRule(
    ["python-exec", "CWE-95"],
    ["exec("],
    /(?:^|[\s;:(])exec\(\s{0,4}(?:[fru]{0,2}["'][^"']{0,200}["']\s{0,4}(?:[%+,]|\.format|\))|[a-z_][\w.]{0,60}(?:\(|\)|,|\s%|\s\+|\[))/,
    {
      sample: "exec('import %s' % module)",
      unless: /^\s{0,80}(?:#|\/\/|\*)|\.exec\(|;\s{0,4}$|\$/,
      inText: /\b(?:def|import|self|print|elif|None|except)\b/,
    },
  ),
  codeRule(
    ["python-pickle", "CWE-502"],
    [
      "pickle.load",
      "shelve.open",
      "marshal.load",
      "jsonpickle.decode",
      "unpickler",
      "dill.load",
      "joblib.load",
      "pickle.unpickler",
    ],
    /\b(?:c?pickle|dill|marshal)\.(?:loads?|Unpickler)\(|\bshelve\.open\(|\bjsonpickle\.decode\(|\bunpickler\.(?:decode|load)\(/i,
    { sample: "data = pickle.loads(body)", unless: comment },
  ),
  codeRule(
    ["python-shell", "CWE-78"],
    ["shell=true", "shell = true"],
    /\bshell\s{0,2}=\s{0,2}True\b/,
    { sample: "subprocess.call(command, shell=True)", severity: "high", unless: comment },
  ),
  codeRule(
    ["python-os-command", "CWE-78"],
    [
      "os.system(",
      "os.popen(",
      "popen2.",
      "commands.getoutput(",
      "commands.getstatusoutput(",
      "os.popen",
    ],
    /\bos\.(?:system|popen[234]?)\s{0,2}\(|\bcommands\.get(?:status)?output\(/,
    {
      sample: "os.system('rm -rf ' + path)",
      severity: "high",
      unless: /^\s{0,80}(?:#|\/\/|\*)|os\.system\(\s{0,2}["'](?:clear|cls)["']/,
    },
  ),
  codeRule(
    ["python-sql-format", "CWE-89"],
    ["execute(", "executemany(", "executescript(", ".raw("],
    /\.(?:execute(?:many|script)?|raw)\(\s{0,20}(?:f["']|f"""|["']{1,3}[^\n]{0,300}(?:["']{1,3}\s{0,4}(?:%\s{0,4}[\w("']|\+|\.format\()))/,
    {
      sample: "cursor.execute('SELECT * FROM users WHERE name = ' + name)",
      severity: "high",
      unless: /^\s{0,80}(?:#|\/\/|\*)|["']\s{0,4},\s{0,4}[[({]/,
    },
  ),
  codeRule(
    ["python-weak-hash", "CWE-327"],
    ["hashlib.md5", "hashlib.sha1", "hashlib.new(", "md5.new(", "sha.new("],
    /\bhashlib\.(?:md5|sha1)\(|\bhashlib\.new\(\s{0,2}["'](?:md5|sha1)|\b(?:md5|sha)\.new\(/,
    {
      sample: "digest = hashlib.md5(password.encode()).hexdigest()",
      severity: "low",
      unless: /usedforsecurity\s{0,2}=\s{0,2}False/,
    },
  ),
  codeRule(["python-yaml-load", "CWE-502"], ["yaml.load("], /\byaml\.load\(/, {
    sample: "config = yaml.load(stream)",
    unless: /SafeLoader|BaseLoader|^\s{0,80}#/,
  }),
  codeRule(
    ["python-no-certificate-check", "CWE-295"],
    ["verify=false", "_create_unverified_context", "cert_none"],
    /\bverify\s{0,2}=\s{0,2}False\b|_create_unverified_context|\bCERT_NONE\b/,
    { sample: "requests.get(url, verify=False)", unless: comment },
  ),
  codeRule(
    ["python-debug-server", "CWE-489"],
    ["debug=true"],
    /\bapp\.run\([^\n]{0,120}debug\s{0,2}=\s{0,2}True/,
    { sample: "app.run(host='0.0.0.0', debug=True)" },
  ),
  codeRule(["python-temporary-name", "CWE-377"], ["tempfile.mktemp("], /\btempfile\.mktemp\(/, {
    sample: "path = tempfile.mktemp()",
  }),
  codeRule(
    ["python-random", "CWE-338"],
    [
      "random.random(",
      "random.randint(",
      "random.choice(",
      "random.sample(",
      "random.seed(",
      "random.randrange(",
    ],
    /\brandom\.(?:random|randint|choice|sample|seed|randrange|uniform)\(/,
    { sample: "token = random.randint(0, 10 ** 6)", ...weak, unless: comment },
  ),
  codeRule(
    ["python-random-secret", "CWE-338"],
    ["random."],
    /(?:password|passwd|token|secret|salt|otp|nonce|session|api_?key)\w{0,20}\s{0,4}=[^\n]{0,80}\brandom\.(?:choice|sample|rand\w{0,6}|choices)\(|\brandom\.(?:choice|sample|choices)\([^\n]{0,60}string\.(?:ascii|digits|letters|printable)/i,
    {
      sample: "token = ''.join(random.choice(string.ascii_letters) for _ in range(16))",
      unless: /SystemRandom|secrets\./,
    },
  ),
  codeRule(
    ["hard-coded-password", "CWE-798"],
    ["password", "passwd", "api_key", "secret"],
    /(?:^|[\s.[({,'"])\w{0,20}(?:password|passwd|api_?key|secret(?:_key)?)["'\]]{0,2}\s{0,4}=\s{0,4}["'][^"'\s${}<>]{3,60}["']/i,
    {
      sample: "DB_PASSWORD = 'hunter2x'",
      ...weak,
      unless:
        /example|placeholder|change|your|xxx|\btest|process\.env|getenv|^\s{0,80}(?:#|\/\/|\*)/i,
    },
  ),
  codeRule(
    ["python-reads-system-file", "CWE-552"],
    ["/etc/passwd", "/etc/shadow", "/proc/", "/etc/sudoers", "/etc/ssh", "/root/", "/var/log/auth"],
    /(?:open|remove|unlink|rmtree|listdir|walk)\(\s{0,4}f?["'](?:\/etc\/(?:passwd|shadow|sudoers|ssh|security)|\/proc\/(?!cpuinfo|meminfo|stat|self\/status)|\/root\/|\/var\/log\/auth)|=\s{0,4}["']\/(?:etc\/(?:shadow|passwd|sudoers)|root\/\.)/,
    { sample: "open('/etc/shadow').read()", severity: "high", unless: comment },
  ),
  codeRule(
    ["deletes-broadly", "CWE-73"],
    ["rmtree(", "os.remove(", "os.unlink("],
    /(?:shutil\.rmtree|os\.remove|os\.unlink)\(\s{0,4}["'](?:\/|~|\/(?:etc|usr|bin|lib|var|home|boot)[^"']{0,80})["']/,
    { sample: "shutil.rmtree('/usr')", severity: "high" },
  ),
];
