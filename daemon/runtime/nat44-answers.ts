/** What a CE's worker answers to each question about its NAT44. */
import type { Nat44 } from "../../src/nat44/nat44.js";
import type { Nat44Identity } from "./identity.js";
import type { Nat44Answers, Nat44Question } from "./nat44-questions.js";

/** Packets wait while a page is made. */
const MAX_PAGE = 4096;

/** The NAT44 that is asked. */
export interface Nat44Asked {
  readonly nat44: Nat44;
  readonly identity: Nat44Identity;
}

/** The answer is of the question's kind. */
export function answerNat44(
  { nat44, identity }: Nat44Asked,
  question: Nat44Question,
  nowMs: number,
): Nat44Answers[Nat44Question["kind"]] {
  switch (question.kind) {
    case "sessions":
      return nat44.sessionPage(question.cursor, Math.min(question.limit, MAX_PAGE), nowMs);
    case "mappings":
      return nat44.explicitMappings(nowMs);
    case "hosts":
      return nat44.hosts();
    case "ports":
      return nat44.portUse();
    case "map":
      return nat44.addMapping(question.request, nowMs);
    case "unmap":
      return nat44.removeMapping(question.protocol, question.insideAddress, question.insidePort);
    case "peer":
      return nat44.holdPeer(question.request, nowMs);
    case "export":
      return { identity, state: nat44.exportState(nowMs) };
  }
}
