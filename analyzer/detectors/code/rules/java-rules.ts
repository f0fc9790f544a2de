import { type CodeRule, codeRule } from "../code-rule.ts";

const comment = /^\s{0,80}(?:\/\/|\*|#)/;
const java = /;\s{0,40}(?:\n|$|\/\/|\})|\bpublic\b|\bprivate\b/;

export const javaRules: readonly CodeRule[] = [
  codeRule(
    ["java-deserialization", "CWE-502"],
    ["objectinputstream", "xmldecoder", "readobject(", "readunshared("],
    /\bnew\s{1,4}(?:[\w.]{1,60}\.)?(?:ObjectInputStream|XMLDecoder)\s{0,2}\(/,
    {
      sample: "ObjectInputStream in = new ObjectInputStream(socket.getInputStream());",
      severity: "high",
      unless: comment,
    },
  ),
  codeRule(
    ["java-command", "CWE-78"],
    ["getruntime().exec", ".exec("],
    /getRuntime\(\)\s{0,4}\.\s{0,4}exec\s{0,2}\(/,
    { sample: 'Runtime.getRuntime().exec("ls " + folder);', severity: "high", unless: comment },
  ),
  codeRule(
    ["java-weak-hash", "CWE-327"],
    ["md5", "sha-1", "sha1", "md2"],
    /MessageDigest\.getInstance\(\s{0,4}["'](?:MD[245]|SHA-?1?)["']|\bHashing\.(?:md5|sha1)\(|DigestUtils\.(?:md5|sha1|sha)\w{0,8}\(|\b\w{1,40}\.md5\w{0,6}\(|\bmd5(?:Hex)?\(/i,
    {
      sample: 'MessageDigest digest = MessageDigest.getInstance("MD5");',
      severity: "low",
      inText: java,
      unless: /^\s{0,80}(?:\/\/|\*|#)|hashlib|\$\w/,
    },
  ),
  codeRule(
    ["java-weak-cipher", "CWE-327"],
    ["getinstance("],
    /(?:Cipher|KeyGenerator|SecretKeyFactory)\.getInstance\(\s{0,4}"(?:DES|DESede|RC[24]|Blowfish|AES"|AES\/ECB|PBEWithMD5)/,
    { sample: 'Cipher cipher = Cipher.getInstance("DES/CBC/PKCS5Padding");' },
  ),
  codeRule(
    ["java-any-host-name", "CWE-295"],
    ["allow_all_hostname_verifier", "noophostnameverifier", "trustallcerts", "x509trustmanager"],
    /ALLOW_ALL_HOSTNAME_VERIFIER|NoopHostnameVerifier|checkServerTrusted\([^)]{0,120}\)\s{0,4}(?:throws \w{1,40}\s{0,4})?\{\s{0,4}\}/,
    {
      sample: "factory.setHostnameVerifier(SSLSocketFactory.ALLOW_ALL_HOSTNAME_VERIFIER);",
      severity: "high",
    },
  ),
  codeRule(
    ["java-world-accessible", "CWE-276"],
    ["mode_world_", "setallowfileaccess"],
    /MODE_WORLD_(?:READ|WRITE)ABLE|setAllowFileAccess\(\s{0,2}true/,
    { sample: 'context.getSharedPreferences("a", Context.MODE_WORLD_READABLE);' },
  ),
  codeRule(
    ["java-servlet-output", "CWE-79"],
    ["getwriter()", "senderror("],
    /getWriter\(\)\s{0,4}\.\s{0,4}(?:write|print(?:ln)?)\([^;\n]{0,200}\+|sendError\([^;\n]{0,200}\+/,
    { sample: 'response.getWriter().write("Hello " + name);' },
  ),
  codeRule(
    ["java-sql-concatenation", "CWE-89"],
    ["createstatement", "executequery(", "executeupdate(", "createquery(", "preparestatement("],
    /(?:executeQuery|executeUpdate|createQuery|createNativeQuery|prepareStatement|execute)\(\s{0,4}"[^"\n]{0,200}"\s{0,4}\+/,
    { sample: 'statement.executeQuery("SELECT * FROM users WHERE id = " + id);', severity: "high" },
  ),
  codeRule(
    ["java-random", "CWE-330"],
    ["new random(", "random.next", "randomstringutils", "math.random"],
    /\bnew\s{1,4}Random\(|\brandom\w{0,10}\.next(?:Int|Double|Long|Boolean|Float|Bytes|Gaussian)\(|\bRandomStringUtils\.random/i,
    {
      sample: "int pin = new Random().nextInt(10000);",
      severity: "low",
      strength: "weak",
      inText: java,
      unless: /SecureRandom|^\s{0,80}(?:\/\/|\*|#)/,
    },
  ),
  codeRule(
    ["java-random-secret", "CWE-330"],
    ["randomstringutils", "random"],
    /RandomStringUtils\.random|(?:password|token|secret|salt|session|otp|key)\w{0,30}\s{0,4}(?:\[[^\]\n]{0,80}\])?\s{0,4}=[^;\n]{0,120}\b(?:new\s{1,4}Random\(|random\.next)/i,
    {
      sample: "generatedPassword[0] = RandomStringUtils.randomAlphabetic(1);",
      inText: java,
      unless: /SecureRandom/,
    },
  ),
  codeRule(
    ["java-server-address", "CWE-918"],
    ["new url(", "inetsocketaddress("],
    /\bnew\s{1,4}(?:URL|InetSocketAddress)\(\s{0,4}(?!["'\d]|\w{0,20}localhost)[\w.]{1,60}(?:getParameter|request|\.trim\(\)|\[\d|[,)])/i,
    {
      sample: 'new URL(request.getParameter("url")).openStream();',
      severity: "low",
      inText: java,
      unless: /^\s{0,80}(?:\/\/|\*|#)|\b(?:const|let|var)\s|searchParams|\bself\b/,
    },
  ),
];
