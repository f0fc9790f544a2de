import { type CodeRule, codeRule } from "../code-rule.ts";

const comment = /^\s{0,80}(?:\/\/|\*|#)/;
/** C and C++, where `sprintf` and `system` are not what they are in other languages. */
const native =
  /#\s{0,4}(?:include|define|ifdef)\b|\b(?:char|int|void|unsigned|size_t|float|double|struct|const|static|bool|uint\d{1,2}_t)\s{1,8}[*&]{0,2}\s{0,2}\w|\bstd::|->|\bNULL\b|\bnullptr\b/;

export const nativeRules: readonly CodeRule[] = [
  codeRule(
    ["c-unbounded-copy", "CWE-120"],
    ["strcpy", "strcat", "stpcpy", "gets", "lstrcpy", "wcscpy"],
    /(?<!\w)(?:l?strcpy|l?strcat|stpcpy|wcscpy|wcscat|gets|_tcscpy)\s{0,2}\(/,
    { sample: "strcpy(buffer, name);", inText: native, unless: comment },
  ),
  codeRule(
    ["c-unbounded-format", "CWE-120"],
    ["sprintf"],
    /(?<!\w)v?sprintf\s{0,2}\(\s{0,4}(?!["$])/,
    {
      sample: 'sprintf(buffer, "%s/%d", path, id);',
      inText: native,
      unless: /^\s{0,80}(?:\/\/|\*|#)|\$\w|=\s{0,4}sprintf\(\s{0,2}["']/,
    },
  ),
  codeRule(
    ["c-unbounded-read", "CWE-119"],
    ["scanf"],
    /(?<!\w)(?:f|s)?scanf\s{0,2}\([^\n]{0,80}"[^"\n]{0,80}%s/,
    { sample: 'scanf("%s", name);', inText: native, unless: comment },
  ),
  codeRule(
    ["c-allocation-overflow", "CWE-680"],
    ["malloc", "calloc", "realloc", "alloca", "alloc", "new "],
    /\w{0,24}alloc[a-z]{0,4}\w{0,24}\s{0,2}\([^;\n]{0,120}(?:\*\s{0,2}(?:\(\s{0,2})?sizeof|sizeof[^;\n]{0,60}\)?\s{0,2}\*|\w\s\*\s\w)|\bnew\s{1,4}[\w:]{1,60}\s{0,2}\[[^\]\n]{0,80}\*[^\]\n]{0,80}\]/,
    {
      sample: "char *copy = malloc(count * sizeof(struct item));",
      severity: "low",
      inText: native,
      unless: comment,
    },
  ),
  codeRule(
    ["c-command", "CWE-78"],
    ["system", "popen"],
    /(?<![\w.>:])(?:system|popen)\s{0,2}\(\s{0,4}(?!"[^"\n]{0,120}"\s{0,4}[),])\w/,
    {
      sample: "system(command);",
      severity: "high",
      inText: /#\s{0,4}include|\bchar\b|\bNULL\b/,
      unless: /^\s{0,80}(?:\/\/|\*|#)|\$/,
    },
  ),
  codeRule(
    ["c-temporary-name", "CWE-377"],
    ["tmpnam", "mktemp", "tempnam"],
    /(?<!\w)(?:tmpnam|mktemp|tempnam)\s{0,2}\(/,
    { sample: "char *name = tmpnam(buffer);", inText: native, unless: comment },
  ),
  codeRule(
    ["c-weak-cryptography", "CWE-327"],
    [
      "md5_init",
      "md4_init",
      "sha1_init",
      "evp_md5",
      "evp_sha1",
      "evp_des",
      "evp_rc4",
      "_cbc(",
      "md2_init",
    ],
    /(?:MD[245]|SHA1)_Init|\bEVP_(?:md[245]|sha1|des|rc[24])\w{0,20}\s{0,2}\(|\bEVP_aes_\d{3}_(?:cbc|ecb)\(/,
    { sample: "EVP_DigestInit(ctx, EVP_md5());", severity: "low" },
  ),
  codeRule(["cpp-auto-ptr", "CWE-665"], ["auto_ptr"], /\bauto_ptr\s{0,2}</, {
    sample: "std::auto_ptr<Item> item(new Item);",
    severity: "low",
  }),
  codeRule(
    ["c-random", "CWE-338"],
    ["rand()", "rand ()", "srand("],
    /(?<![\w.>$])s?rand\s{0,2}\(\s{0,2}(?:\)|time)/,
    {
      sample: "int pin = rand() % 10000;",
      severity: "low",
      strength: "weak",
      inText: native,
      unless: comment,
    },
  ),
  codeRule(
    ["rust-weak-hash", "CWE-328"],
    ["sha1::", "md5::", "sha1::new", "md5::new"],
    /\b(?:Sha1|Md5|md5|sha1)::(?:new|digest|compute|default)\(|\bHmac::new\(\s{0,4}Sha1/,
    { sample: "let mut hasher = Sha1::new();", severity: "low" },
  ),
  codeRule(
    ["rust-no-certificate-check", "CWE-295"],
    ["danger_accept_invalid", "ssl_verify_none", "sslverifymode::none"],
    /danger_accept_invalid_(?:certs|hostnames)\(|SSL_VERIFY_NONE|SslVerifyMode::NONE/,
    { sample: "builder.danger_accept_invalid_certs(true)", severity: "high" },
  ),
  codeRule(
    ["rust-trusts-environment", "CWE-807"],
    ["current_exe", "args_os", "temp_dir"],
    /\b(?:env::)?(?:current_exe|args_os|temp_dir)\(\)/,
    {
      sample: "let program = env::current_exe().unwrap();",
      severity: "low",
      inText: /\blet\b|\bfn\b|::|\bmatch\b/,
    },
  ),
  codeRule(
    ["rust-command", "CWE-78"],
    ["command::new("],
    /\bCommand::new\(\s{0,4}(?!["')])[\w&.]/,
    { sample: "Command::new(program).status()", inText: /\blet\b|\bfn\b|\bmatch\b/ },
  ),
  codeRule(
    ["go-command", "CWE-78"],
    ["exec.command("],
    /\bexec\.Command(?:Context)?\([^)\n]{0,40}"(?:sh|bash|cmd)",\s{0,4}"(?:-c|\/c)",\s{0,4}(?!"[^"\n]{0,200}"\s{0,4}\))/,
    { sample: 'exec.Command("sh", "-c", input)', severity: "high" },
  ),
  codeRule(
    ["go-no-certificate-check", "CWE-295"],
    ["insecureskipverify"],
    /InsecureSkipVerify:\s{0,4}true/,
    { sample: "tls.Config{InsecureSkipVerify: true}" },
  ),
];
