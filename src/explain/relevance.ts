/** Which domains a question is about. */

import { sameWords } from "../map/prefix.js";
import type { DomainSettings } from "../pipeline/settings.js";
import type { Endpoint } from "./endpoint.js";
import { isLocal, type Question } from "./question.js";
import type { RuleEnds } from "./rule-ends.js";

/** How many of the question's two ends the domain knows: 0 means that none of its packets are like this one. */
export function relevance(settings: DomainSettings, ends: RuleEnds, question: Question): number {
  return [question.from, question.to].filter((end) => knows(settings, ends, end)).length;
}

function knows(settings: DomainSettings, ends: RuleEnds, { address, port }: Endpoint): boolean {
  if (ends.ruleOf(address, port) !== null || ends.behindDmr(address) !== null) return true;
  if (address.family === 4) return settings.role === "ce" && isLocal(settings, address);
  return settings.brAddresses.some((own) => sameWords(own, address.ipv6));
}
