import type { InstructionRule } from "./instruction-rule.ts";

const them =
  "(?:the |all |any |your |my |these |those |our |every |of |prior |previous |above |preceding |earlier |initial |original |system |foregoing |other |safety |security ){0,5}";
const orders =
  "(?:instructions?|prompts?|directions?|directives?|guidelines?|rules?|commands?|programming|context|messages?|restrictions?|policies|constraints?|safeguards?|guardrails?|orders|text)";

/**
 * Shapes of injection and jailbreak texts. Each needs the verb and its object, because words
 * such as "ignore" and "instructions" alone are everywhere in the documentation that agents read.
 */
export const overrideRules: readonly InstructionRule[] = [
  {
    id: "override-instructions",
    keywords: [
      "ignore",
      "disregard",
      "forget",
      "override",
      "bypass",
      "neglect",
      "overlook",
      "do not follow",
      "don't follow",
      "stop following",
    ],
    pattern: new RegExp(
      `(?:ignore|disregard|forget|override|bypass|neglect|overlook|(?:do not|don't|stop) follow(?:ing)?)\\s{1,8}(?:about\\s{1,8}|everything\\s{1,8}(?:in|from)\\s{1,8}|what(?:ever)?\\s{1,8})?(?:the |all |any |your |my |these |of ){0,4}(?:previous|prior|above|preceding|earlier|initial|original|system|foregoing|past|existing|your|current|given|all)\\s{1,8}${them}${orders}`,
      "iy",
    ),
    weight: 0.9,
  },
  {
    id: "override-all",
    keywords: ["ignore", "disregard", "forget"],
    pattern:
      /(?:ignore|disregard|forget)\s{1,8}(?:all|everything|anything)\s{1,8}(?:of\s{1,8})?(?:the\s{1,8}|that\s{1,8}|you\s{1,8})?(?:above|before|previous|prior|was said|were told|have been told|i(?:'ve| have)? (?:said|told)|i said|i told)|(?:ignore|disregard) (?:the )?(?:above|previous)\s{1,8}(?:and|text|directions|line|sentence)/iy,
    weight: 0.85,
  },
  {
    id: "new-instructions",
    keywords: [
      "new instruction",
      "new task",
      "new rule",
      "new prompt",
      "new directive",
      "updated instruction",
      "real instruction",
      "actual instruction",
    ],
    pattern:
      /(?:here (?:are|is)|these are|follow|your|the|with|my)\s{1,8}(?:the\s{1,8}|your\s{1,8}|my\s{1,8}|only\s{1,8})?(?:new|updated|real|actual|revised|true)\s{1,8}(?:set of\s{1,8})?(?:instructions?|tasks?|rules?|prompt|directives?)\b[^.\n]{0,40}(?::|is\b|are\b)|(?:^|\n|[.!]\s)\s{0,8}(?:new|updated) (?:instructions?|system prompt|rules?)\s{0,8}:/i,
    weight: 0.6,
  },
  {
    id: "reveal-prompt",
    keywords: [
      "repeat",
      "reveal",
      "print",
      "output",
      "display",
      "recite",
      "echo",
      "dump",
      "leak",
      "disclose",
      "list",
      "relay",
      "paraphrase",
      "rephrase",
      "rewrite",
      "convert",
      "write",
      "return",
      "reproduce",
      "summari",
      "translate",
      "explain",
      "tell me",
      "show",
      "give me",
      "respond with",
      "what is",
      "what are",
      "what was",
      "what were",
    ],
    pattern:
      /(?:repeat|reveal|print|output|display|recite|echo|dump|leak|disclose|list|relay|paraphrase|rephrase|rewrite|convert|write(?: out| down)?|return|summari[sz]e|translate|explain|tell me|show(?: me)?|give me|respond with|what (?:is|are|was|were))\s{1,8}(?:(?:me|back|out|us|everything|in|exact|full|entire|complete|first|said|correct|actual|verbatim|every|all|of|the|any|word for word)\s{1,8}){0,6}(?:your|previous|prior|above|initial|original|hidden|secret|system|preceding|earlier|given)\s{1,8}(?:(?:initial|original|system|full|entire|secret|hidden|exact|previous|prior|above|access|set of)\s{1,8}){0,3}(?:prompts?\b(?! (?:for|to|engineering))|system message|instructions?\b|directives|rules\b|commands\b|programming|access code|pre-?prompt)|(?:repeat|print|output|recite|return|reproduce)\b[^.\n]{0,30}\b(?:(?:words|text|everything|lines?|sentences?) (?:above|before|prior)|prompt (?:so far|above|verbatim)|access code)/iy,
    weight: 0.55,
  },
  {
    id: "persona-without-limits",
    keywords: [
      "do anything now",
      "restrict",
      "limitations",
      "unfiltered",
      "uncensored",
      "ethical",
      "amoral",
      "moral",
      "legality",
      "jailbr",
      "developer mode",
      "no filter",
      "break free",
      "broken free",
      "guidelines",
      "not bound",
      "openai",
      "open ai",
    ],
    pattern:
      /\bdo anything now\b|(?:enable|enter|activate|with|in)\s{1,8}(?:the\s{1,8})?developer mode (?:enabled|output|on)|jailbr(?:eak|oken)\s{1,8}(?:mode|prompt|ai|chatgpt|version)|\b(?:you|ai|chatgpt|gpt|bot|assistant|character|persona|model|[A-Z][\w-]{1,20})\b[^.\n]{0,80}\b(?:(?:has|have|with|is|are|be|was)\s{1,8}(?:absolutely |completely |totally |now )?(?:no|without|free (?:of|from)|not (?:bound|limited|restricted) (?:by|to)|unbound by|freed from)\s{1,8}(?:[\w']{1,20}\s{1,8}){0,4}(?:restrictions|limitations|limits|filters?|guidelines|morals|rules|polic\w{1,30}|ethics?|boundaries|censorship)|disregards? (?:all |any )?(?:laws|morals|ethics|rules)|(?:broken? |break |breaks )free (?:of|from)|(?:open ?ai|content)(?:'s|s)? (?:rules|polic\w{1,30}|guidelines)[^.\n]{0,30}(?:not apply|don't apply|no longer|anymore|replaced))|\b(?:an?|the|as) (?:completely |totally |fully )?(?:unfiltered|uncensored|amoral|unrestricted|unethical)[\w ,]{0,40}\b(?:ai|chatbot|bot|assistant|language model|chatgpt|response|answer|persona)\b|(?:amoral|unfiltered|uncensored),? (?:and )?(?:amoral|unfiltered|uncensored|immoral|unethical)|without (?:any )?(?:regards? (?:for|to)) (?:the )?(?:legality|ethic|moral)/i,
    weight: 0.6,
  },
  {
    id: "role-play-takeover",
    keywords: [
      "you are now",
      "act as",
      "pretend",
      "from now on",
      "roleplay",
      "imagine",
      "simulate",
      "stay in character",
      "remain in character",
      "never break character",
    ],
    pattern:
      /(?:you are now (?:going to|in|free|no longer|acting|a[n]? (?:evil|unrestricted|unfiltered|different))|from now on,?\s{1,8}(?:you|your|every|all|only|whenever|act|respond|answer|reply)|(?:stay|remain|never break) (?:in )?character|(?:pretend|act as|imagine|roleplay|simulate)\b[^.\n]{0,60}\b(?:unrestricted|unfiltered|no longer|evil|jailb|hacker|without|DAN\b|opposite))/iy,
    weight: 0.45,
  },
  {
    id: "answer-forced",
    keywords: [
      "never refuse",
      "cannot refuse",
      "can't refuse",
      "not refuse",
      "never say no",
      "as an ai language model",
      "i cannot",
      "i'm sorry",
      "do not apologize",
      "never apologize",
      "no matter what",
      "disclaimers",
      "warnings",
      "openai policy",
      "openai's",
    ],
    pattern:
      /\b(?:(?:never|cannot|can't|must not|don't|do not|will not|won't)\s{1,8}(?:ever\s{1,8})?(?:refuse|decline|say (?:no|you can't|that you)|reject|apologi[sz]e|use (?:phrases|sentences|words) like|include (?:any )?(?:warnings|disclaimers)|add (?:any )?(?:warnings|disclaimers|notes))|(?:bypass|ignore|regardless of|violat\w{1,30}|against)\s{1,8}(?:the\s{1,8})?openai|openai(?:'s)? (?:content )?polic\w{1,30}[^.\n]{0,60}(?:not|ignore|no longer|replaced|bypass))/i,
    weight: 0.45,
  },
  {
    id: "named-jailbreak",
    keywords: [
      "dan",
      "stan",
      "aim",
      "dude",
      "basedgpt",
      "evilbot",
      "chaosgpt",
      "freegpt",
      "antigpt",
      "omega",
      "betterdan",
      "mongo tom",
      "jailbreak",
      "alphabreak",
    ],
    pattern:
      /\b(?:(?:as|act(?:ing)? as|pretend to be|be|are|called|named|:)\s{1,8}["'[(]?(?:DAN|STAN|AIM|DUDE|BasedGPT|EvilBOT|ChaosGPT|Mongo Tom|AntiGPT|FreeGPT|BetterDAN|JailBreak|AlphaBreak|Omega)\b|(?:DAN|STAN|DUDE)\s{0,8}(?:mode|:|\()|\[?(?:DAN|JAILBREAK|🔓Jailbreak)\]?:)/,
    weight: 0.6,
    wholeWord: true,
  },
];
