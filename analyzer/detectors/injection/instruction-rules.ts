/** A way of talking a model out of its instructions. */
export interface InstructionRule {
  readonly id: string;
  /** Any of these must occur (ASCII, case ignored) before the pattern is tried. */
  readonly keywords: readonly string[];
  /**
   * Tried once where the keyword starts if it is sticky, else searched for in the text from 120
   * characters before the keyword to 240 after it.
   */
  readonly pattern: RegExp;
  /** How sure the rule alone is, 0 to 1; two different rules add up. */
  readonly weight: number;
  /** True if a keyword must be a whole word. */
  readonly wholeWord?: boolean;
}

/** Not searched for with a pattern; see `isTokenFlood`. */
export const tokenFlood: InstructionRule = {
  id: "token-flood",
  keywords: [],
  pattern: /(?!)/,
  weight: 0.6,
};

const them = "(?:the |all |any |your |my |these |those |our |every |of |prior |previous |above |preceding |earlier |initial |original |system |foregoing |other |safety |security ){0,5}";
const orders = "(?:instructions?|prompts?|directions?|directives?|guidelines?|rules?|commands?|programming|context|messages?|restrictions?|policies|constraints?|safeguards?|guardrails?|orders|text)";

/**
 * Shapes of injection and jailbreak texts. Each needs the verb and its object, because words
 * such as "ignore" and "instructions" alone are everywhere in the documentation that agents read.
 */
export const instructionRules: readonly InstructionRule[] = [
  {
    id: "override-instructions",
    keywords: ["ignore", "disregard", "forget", "override", "bypass", "neglect", "overlook", "do not follow", "don't follow", "stop following"],
    pattern: new RegExp(`(?:ignore|disregard|forget|override|bypass|neglect|overlook|(?:do not|don't|stop) follow(?:ing)?)\\s+(?:about\\s+|everything\\s+(?:in|from)\\s+|what(?:ever)?\\s+)?(?:the |all |any |your |my |these |of ){0,4}(?:previous|prior|above|preceding|earlier|initial|original|system|foregoing|past|existing|your|current|given|all)\\s+${them}${orders}`, "iy"),
    weight: 0.9,
  },
  {
    id: "override-all",
    keywords: ["ignore", "disregard", "forget"],
    pattern: /(?:ignore|disregard|forget)\s+(?:all|everything|anything)\s+(?:of\s+)?(?:the\s+|that\s+|you\s+)?(?:above|before|previous|prior|was said|were told|have been told|i(?:'ve| have)? (?:said|told)|i said|i told)|(?:ignore|disregard) (?:the )?(?:above|previous)\s+(?:and|text|directions|line|sentence)/iy,
    weight: 0.85,
  },
  {
    id: "new-instructions",
    keywords: ["new instruction", "new task", "new rule", "new prompt", "new directive", "updated instruction", "real instruction", "actual instruction"],
    pattern: /(?:here (?:are|is)|these are|follow|your|the|with|my)\s+(?:the\s+|your\s+|my\s+|only\s+)?(?:new|updated|real|actual|revised|true)\s+(?:set of\s+)?(?:instructions?|tasks?|rules?|prompt|directives?)\b[^.\n]{0,40}(?::|is\b|are\b)|(?:^|\n|[.!]\s)\s*(?:new|updated) (?:instructions?|system prompt|rules?)\s*:/i,
    weight: 0.6,
  },
  {
    id: "reveal-prompt",
    keywords: ["repeat", "reveal", "print", "output", "display", "recite", "echo", "dump", "leak", "disclose", "list", "relay", "paraphrase", "rephrase", "rewrite", "convert", "write", "return", "reproduce", "summari", "translate", "explain", "tell me", "show", "give me", "respond with", "what is", "what are", "what was", "what were"],
    pattern: /(?:repeat|reveal|print|output|display|recite|echo|dump|leak|disclose|list|relay|paraphrase|rephrase|rewrite|convert|write(?: out| down)?|return|summari[sz]e|translate|explain|tell me|show(?: me)?|give me|respond with|what (?:is|are|was|were))\s+(?:(?:me|back|out|us|everything|in|exact|full|entire|complete|first|said|correct|actual|verbatim|every|all|of|the|any|word for word)\s+){0,6}(?:your|previous|prior|above|initial|original|hidden|secret|system|preceding|earlier|given)\s+(?:(?:initial|original|system|full|entire|secret|hidden|exact|previous|prior|above|access|set of)\s+){0,3}(?:prompts?\b(?! (?:for|to|engineering))|system message|instructions?\b|directives|rules\b|commands\b|programming|access code|pre-?prompt)|(?:repeat|print|output|recite|return|reproduce)\b[^.\n]{0,30}\b(?:(?:words|text|everything|lines?|sentences?) (?:above|before|prior)|prompt (?:so far|above|verbatim)|access code)/iy,
    weight: 0.55,
  },
  {
    id: "persona-without-limits",
    keywords: ["do anything now", "restrict", "limitations", "unfiltered", "uncensored", "ethical", "amoral", "moral", "legality", "jailbr", "developer mode", "no filter", "break free", "broken free", "guidelines", "not bound", "openai", "open ai"],
    pattern: /\bdo anything now\b|(?:enable|enter|activate|with|in)\s+(?:the\s+)?developer mode (?:enabled|output|on)|jailbr(?:eak|oken)\s+(?:mode|prompt|ai|chatgpt|version)|\b(?:you|ai|chatgpt|gpt|bot|assistant|character|persona|model|[A-Z][\w-]{1,20})\b[^.\n]{0,80}\b(?:(?:has|have|with|is|are|be|was)\s+(?:absolutely |completely |totally |now )?(?:no|without|free (?:of|from)|not (?:bound|limited|restricted) (?:by|to)|unbound by|freed from)\s+(?:[\w']+\s+){0,4}(?:restrictions|limitations|limits|filters?|guidelines|morals|rules|polic\w+|ethics?|boundaries|censorship)|disregards? (?:all |any )?(?:laws|morals|ethics|rules)|(?:broken? |break |breaks )free (?:of|from)|(?:open ?ai|content)(?:'s|s)? (?:rules|polic\w+|guidelines)[^.\n]{0,30}(?:not apply|don't apply|no longer|anymore|replaced))|\b(?:an?|the|as) (?:completely |totally |fully )?(?:unfiltered|uncensored|amoral|unrestricted|unethical)[\w ,]{0,40}\b(?:ai|chatbot|bot|assistant|language model|chatgpt|response|answer|persona)\b|(?:amoral|unfiltered|uncensored),? (?:and )?(?:amoral|unfiltered|uncensored|immoral|unethical)|without (?:any )?(?:regards? (?:for|to)) (?:the )?(?:legality|ethic|moral)/i,
    weight: 0.6,
  },
  {
    id: "role-play-takeover",
    keywords: ["you are now", "act as", "pretend", "from now on", "roleplay", "imagine", "simulate", "stay in character", "remain in character", "never break character"],
    pattern: /(?:you are now (?:going to|in|free|no longer|acting|a[n]? (?:evil|unrestricted|unfiltered|different))|from now on,?\s+(?:you|your|every|all|only|whenever|act|respond|answer|reply)|(?:stay|remain|never break) (?:in )?character|(?:pretend|act as|imagine|roleplay|simulate)\b[^.\n]{0,60}\b(?:unrestricted|unfiltered|no longer|evil|jailb|hacker|without|DAN\b|opposite))/iy,
    weight: 0.45,
  },
  {
    id: "answer-forced",
    keywords: ["never refuse", "cannot refuse", "can't refuse", "not refuse", "never say no", "as an ai language model", "i cannot", "i'm sorry", "do not apologize", "never apologize", "no matter what", "disclaimers", "warnings", "openai policy", "openai's"],
    pattern: /\b(?:(?:never|cannot|can't|must not|don't|do not|will not|won't)\s+(?:ever\s+)?(?:refuse|decline|say (?:no|you can't|that you)|reject|apologi[sz]e|use (?:phrases|sentences|words) like|include (?:any )?(?:warnings|disclaimers)|add (?:any )?(?:warnings|disclaimers|notes))|(?:bypass|ignore|regardless of|violat\w+|against)\s+(?:the\s+)?openai|openai(?:'s)? (?:content )?polic\w+[^.\n]{0,60}(?:not|ignore|no longer|replaced|bypass))/i,
    weight: 0.45,
  },
  {
    id: "named-jailbreak",
    keywords: ["dan", "stan", "aim", "dude", "basedgpt", "evilbot", "chaosgpt", "freegpt", "antigpt", "omega", "betterdan", "mongo tom", "jailbreak", "alphabreak"],
    pattern: /\b(?:(?:as|act(?:ing)? as|pretend to be|be|are|called|named|:)\s+["'[(]?(?:DAN|STAN|AIM|DUDE|BasedGPT|EvilBOT|ChaosGPT|Mongo Tom|AntiGPT|FreeGPT|BetterDAN|JailBreak|AlphaBreak|Omega)\b|(?:DAN|STAN|DUDE)\s*(?:mode|:|\()|\[?(?:DAN|JAILBREAK|🔓Jailbreak)\]?:)/,
    weight: 0.6,
    wholeWord: true,
  },
  {
    id: "forged-turn",
    keywords: ["<|im_start|>", "<|system|>", "<|start_header_id|>", "[system]", "[/inst]", "<<sys>>", "### instruction", "### system", "</system>", "<system>", "end of", "system mode", "begin new", "---end", "[end ", "%%% end", "===end", "<information>", "</data>", "system override", "admin override"],
    pattern: /<\|(?:im_start|start_header_id)\|>\s{0,4}system|<\|system\|>|<<SYS>>|\[\/INST\]|(?:^|\n)\s*###\s*(?:system|instruction)\s*:|<\/?system(?:[_ ](?:mode|message|prompt|override))?>\s*[A-Z"']|[<[(%=-]{1,5}\s*\\?\/?\s*(?:system[_ ]mode|end (?:of )?(?:the )?(?:system )?(?:prompt|instructions?|ambiguity|user input|input|context|document|data))\b|<INFORMATION>|(?:system|admin) override\b/i,
    weight: 0.6,
  },
  {
    id: "addressed-to-the-model",
    keywords: ["important message from", "before you can", "before you solve", "note to the ai", "note to ai", "attention ai", "dear ai", "ai assistant", "language model", "ai agent", "to the assistant", "instruction to", "if you are an ai", "if you're an ai", "llm", "ai model"],
    pattern: /(?:this is an |)important (?:message|notice|instructions?) (?:from|for|to) (?:me|the|you|any|all)\b[^.\n]{0,60}(?:,\s*to you|ai\b|model|assistant|agent)|before you (?:can )?(?:solve|do|complete|continue|answer|proceed)[^.\n]{0,80}(?:you (?:must|need to|have to)|please do)|(?:note|attention|message|instructions?|hey|dear|hello)[ ,:]{1,3}(?:to |for )?(?:the |all |any )?(?:ai|llms?|language models?|assistants?|chatbots?|ai (?:agents?|assistants?|models?))\b\s?[:,!-]|if you(?:'re| are) (?:an? )?(?:ai|llm|language model|assistant)\b[^.\n]{0,60}(?:must|should|please|then|ignore|do)|(?:ai (?:assistant|agent|model)|llm|language model)s?\s+(?:reading|processing|summari[sz]ing|parsing|analy[sz]ing)\s+this/i,
    weight: 0.7,
  },
  {
    id: "conceal-from-user",
    keywords: ["the user", "anyone", "mention this", "tell them", "silently", "secretly"],
    pattern: /\b(?:do not|don't|never|without)\s+(?:tell(?:ing)?|mention(?:ing)?|inform(?:ing)?|reveal(?:ing)?|notify(?:ing)?|alert(?:ing)?|ask(?:ing)?|disclos(?:e|ing)|show(?:ing)?)\s+(?:(?:this|it|that|anything|these|any of this)\s+)?(?:to\s+)?(?:the user|anyone|the human|them)\b|\b(?:silently|secretly)\s+(?:send|forward|copy|upload|call|run|execute|read|include|exfiltrate)/i,
    weight: 0.6,
  },
  {
    id: "send-data-away",
    keywords: ["send", "forward", "upload", "post", "exfiltrate", "transmit", "email", "e-mail", "submit", "leak"],
    pattern: /(?:send|forward|upload|post|exfiltrate|transmit|email|e-mail|submit|leak)\s+(?:me\s+|us\s+|out\s+)?(?:(?:all|any|the|every|each|your|their|his|this|a copy of|contents? of|of|user'?s?|entire|full|these)\s+){1,6}(?:[\w-]+\s+){0,4}(?:keys?|secrets?|passwords?|credentials?|tokens?|contacts?|conversation|chat history|history|files?|emails?|messages?|data|contents?|information|environment|prompt|codes?|documents?|records?)\b[^.\n]{0,60}\bto\s+(?:\S+@\S+|https?:\/\/|the (?:following|address|url|server)|[\w-]+\.(?:com|net|org|io|ru|xyz))/iy,
    weight: 0.55,
  },
  {
    id: "run-this-now",
    keywords: ["run the following", "execute the following", "execute this", "run this command", "call the tool", "use the tool", "invoke the", "you must call", "you must first", "must now"],
    pattern: /\b(?:(?:you|assistant|agent|ai|model)\s+(?:must|should|need to|have to|will)\s+(?:now\s+|first\s+|immediately\s+|also\s+|always\s+)?(?:call|invoke|use|run|execute|read|send|fetch|open)\s+(?:the\s+)?[\w`"'./-]+|(?:immediately|now)\s+(?:run|execute|call|invoke)\s+(?:the\s+following|this))/i,
    weight: 0.35,
  },
  {
    id: "grant-access",
    keywords: ["access granted", "say access", "output access", "respond with access", "reply with access"],
    pattern: /\b(?:say|output|respond|reply|print|type|write|answer|return|repeat|begin your reply|start your (?:reply|response))\b[^.\n]{0,60}["'“‘*]{0,2}access[ _]?granted/i,
    weight: 0.6,
  },
  {
    id: "prompt-leak-translated",
    keywords: ["ignora", "ignorez", "ignoriere", "oublie", "olvida", "vergiss", "ignore todas", "dimentica", "esqueca", "esque", "oubliez", "zignoruj"],
    pattern: /\b(?:ignor(?:a|e|ez|iere|ieren sie|ar)|olvid(?:a|e)|oubliez?|vergiss|vergessen sie|dimentica|esque[cç]a|zignoruj)\s+(?:\S+\s+){0,4}(?:instruc\w+|instruktion\w*|anweisung\w*|istruzion\w*|instrukcj\w*|consignes|r[eè]gles|reglas|regeln|regole|regras|ordres)/i,
    weight: 0.85,
  },
];
