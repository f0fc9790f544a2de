import { type CodeRule, codeRule } from "../code-rule.ts";

const comment = /^\s{0,80}(?:\/\/|\*|#)/;

export const dotnetRules: readonly CodeRule[] = [
  codeRule(
    ["dotnet-weak-hash", "CWE-327"],
    ["md5", "sha1"],
    /\b(?:MD5|SHA1)(?:CryptoServiceProvider|Managed|Cng)\b|\b(?:MD5|SHA1)\.(?:Create|HashData)\(|new\s{1,4}MD5Crypto/,
    { sample: "var hash = MD5.Create();", severity: "low", unless: comment },
  ),
  codeRule(
    ["dotnet-weak-cipher", "CWE-327"],
    ["descryptoserviceprovider", "rc2cryptoserviceprovider", "ciphermode.ecb", "rijndael"],
    /\b(?:Triple)?DESCryptoServiceProvider\b|\bRC2CryptoServiceProvider\b|CipherMode\.ECB/,
    { sample: "var des = new DESCryptoServiceProvider();", unless: comment },
  ),
  codeRule(
    ["dotnet-deserialization", "CWE-502"],
    ["deserialize(", "binaryformatter", "losformatter", "netdatacontractserializer"],
    /\bnew\s{1,4}(?:BinaryFormatter|LosFormatter|SoapFormatter|NetDataContractSerializer)\(|\b(?:bf|formatter|binaryFormatter|serializer)\.Deserialize\(\s{0,4}\w{0,20}(?:stream|file|ms|fs|reader)\w{0,20}\s{0,4}\)/i,
    {
      sample: "var state = new BinaryFormatter().Deserialize(stream);",
      severity: "high",
      unless: comment,
    },
  ),
  codeRule(
    ["dotnet-process", "CWE-78"],
    ["process.start(", "startinfo", "processstartinfo"],
    /\bProcess\.Start\(\s{0,4}(?!["'][^"'\n]{0,120}["']\s{0,4}\))[^)\s]|StartInfo\.(?:Arguments|FileName)\s{0,4}=\s{0,4}(?!["'][^"'\n]{0,160}["']\s{0,4};)\S|new\s{1,4}ProcessStartInfo\(\s{0,4}(?!["'][^"'\n]{0,120}["']\s{0,4}\))[^)\s]/,
    { sample: "Process.Start(path);", unless: comment },
  ),
  codeRule(
    ["dotnet-sql", "CWE-89"],
    [
      "commandtext",
      "createsqlquery(",
      "sqlcommand(",
      "executenonquery(",
      "fromsqlraw(",
      "executesqlcommand(",
      ".execute(",
      "sqlquery",
      "createquery(",
    ],
    /\.CommandText\s{0,4}=\s{0,4}(?!@?["'][^"'\n]{0,400}["']\s{0,4};)\S|\b(?:CreateSQLQuery|CreateQuery|FromSqlRaw|ExecuteSqlCommand|SqlQuery)\w{0,6}(?:<\w{1,40}>)?\(\s{0,4}(?!@?["'][^"'\n]{0,400}["']\s{0,4}\))\S|new\s{1,4}SqlCommand\(\s{0,4}(?:\$"|[^"\n]{0,120}["']?\s{0,4}\+)|[sS]ession\.Execute\(/,
    { sample: "command.CommandText = builder.ToString();", unless: comment },
  ),
  codeRule(
    ["dotnet-xpath", "CWE-643"],
    ["selectnodes(", "selectsinglenode(", "xpathselect", "xpathevaluate"],
    /\b(?:SelectNodes|SelectSingleNode|XPathSelectElements?|XPathEvaluate)\(\s{0,4}(?:@?["'][^"\n]{0,200}["']\s{0,4}\+|\$@?"|string\.Format|[A-Za-z_][\w.]{0,60}\s{0,4}[,)])/,
    {
      sample: 'doc.SelectNodes("/users[@name=\'" + name + "\']");',
      severity: "low",
      unless: comment,
    },
  ),
  codeRule(
    ["dotnet-xml-entities", "CWE-611"],
    ["dtdprocessing.parse", "xmlresolver", "prohibitdtd", ".load("],
    /DtdProcessing\.Parse|ProhibitDtd\s{0,4}=\s{0,4}false|XmlUrlResolver\(|\b(?:xmlDoc\w{0,10}|xmlDocument|xd|xdoc|doc|document|xml)\.Load\(/i,
    {
      sample: "xmlDoc.Load(reader);",
      severity: "low",
      inText: /\bXml(?:Document|TextReader|Reader|Resolver)\b|using System/,
      unless: comment,
    },
  ),
  codeRule(
    ["dotnet-open-redirect", "CWE-601"],
    ["redirect("],
    /\breturn\s{1,4}Redirect\(\s{0,4}(?!["'~]|Url\.)[A-Za-z_]/,
    { sample: "return Redirect(returnUrl);" },
  ),
  codeRule(
    ["dotnet-no-request-check", "CWE-352"],
    ["[httppost]", "[httpput]", "[httpdelete]"],
    /\[Http(?:Post|Put|Delete)\]/,
    {
      sample: "[HttpPost]",
      severity: "low",
      unless: /ValidateAntiForgeryToken/,
      inText: /^(?![^]{0,20000}(?:ValidateAntiForgeryToken|ApiController|FromBody))/,
    },
  ),
  codeRule(
    ["dotnet-random", "CWE-338"],
    ["random.next", "new random(", "random.range(", "rand.next", "randomizer.next"],
    /\b(?:[Rr]andom(?:izer)?|[rR]nd|rand|_random)\.Next\w{0,8}\(|\bnew\s{1,4}(?:System\.)?Random\(|\bRandom\.Range\(/,
    {
      sample: "var pin = new Random().Next(10000);",
      severity: "low",
      strength: "weak",
      unless: comment,
    },
  ),
];
