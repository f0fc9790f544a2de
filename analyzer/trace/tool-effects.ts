/** Names of tools that send something out of the system. */
const egress =
  /send|post|e?mail|http|fetch|request|curl|upload|publish|webhook|slack|teams|message|share|brows|navigate|open_?url|visit|push|forward|notify|tweet|sms|ftp|export|web_?(?:get|hook)|get_webpage/i;

/** Names of tools that change something. */
const change =
  /creat|delet|updat|writ|edit|transfer|pay|purchas|schedul|invit|add|remov|reserv|book|reset|chang|set_|execut|run|bash|shell|terminal|command|deploy|merg|approv|grant|revok|install|insert|cancel|mov|renam|unlock|enabl|disabl|submit|save/i;

/** Names of tools that only look, whatever else is in them. */
const look =
  /^(?:get|list|read|search|find|show|view|describe|check|query|lookup|count)(?:_|[A-Z]|$)/i;

/** Looking at a page of the web sends its address out. */
const web = /web|url|http|page|brows|site/i;

export function isEgress(tool: string): boolean {
  return egress.test(tool) && (!look.test(tool) || web.test(tool));
}

/** True for a tool that sends or changes something, going by its name. */
export function hasEffect(tool: string): boolean {
  return isEgress(tool) || (change.test(tool) && !look.test(tool));
}
