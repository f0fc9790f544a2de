/** Answers of models that decline, and answers that only sound like it; written for this project. */
export const refusalPhrases: readonly string[] = [
  "[I'm sorry, but I|Sorry, I|I apologize, but I|Unfortunately, I|My apologies, I] [can't|cannot|am not able to|won't|am unable to] [help with that|assist with this request|do that|provide this information|continue with this|fulfil that request|answer this question].",
  "[As an AI|As a language model|As an assistant], I [cannot|can't|do not|am not allowed to] [provide|generate|create|give|support|share] [such content|instructions for that|advice on this|personal information|harmful material].",
  "I [must decline|have to refuse|will not do that|cannot comply|am not comfortable with this request], [since|because|as] it [would be|is|could be] [illegal|unethical|dangerous|harmful|against my guidelines|a violation of privacy].",
  "[It is not|It's not|It would not be] [appropriate|ethical|right|safe|legal] to [do this|share this|discuss that|write such a text]. [Instead|If you like], I can [offer general information|point you to resources|suggest a safe alternative].",
  "[I don't have|I do not have] [access to|any information about|the ability to look up] [personal data|private records|that person|real-time information]. [It is important to respect privacy|Please respect the privacy of others|Consider asking them directly].",
];

export const answerPhrases: readonly string[] = [
  "[Sure|Of course|Certainly|Yes|Absolutely][!|,] [here is|here are|this is] [the list|the code|your summary|a short answer|the table|an example] [you asked for|of the report|below]: [apples, pears and plums|the total is 42|it returns a list|red, green and blue].",
  "[Sorry for the delay|Sorry about the confusion|I apologize for the earlier error|Unfortunately the flight is late], [the corrected version is|here is the right answer|the order ships on Monday|the result is] [42|below|attached|as follows].",
  "[The capital is|The answer is|It was written by|The sum is|The function returns|The meeting is at] [Paris|42|Jane Austen|128|null|ten o'clock][.|, and the reason is simple.|. Let me know if you need more.]",
  "[Dear customer|Hello|Hi Anna|Good morning], [thank you for your order|we received your message|your request was processed|the report is ready]. [We cannot wait to see you|You can't miss it|It will arrive soon|Please find it attached].",
  "[Humans|People|Companies|Computers] [cannot|can't|are not able to] [fly|breathe under water|predict the weather exactly|work without rest] because [of physics|their bodies need air|chaos limits it|they need sleep].",
];
