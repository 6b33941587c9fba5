/** Writes a configuration as people read it: comments say where things come from and what they mean. */
import { Document, isMap, isScalar, isSeq, type Pair } from "yaml";
import type { Block, Draft, NotedRule } from "../../src/convert/assemble.js";
import { checkRule } from "../../src/map/check.js";
import { parseIpv4Prefix, parseIpv6Prefix } from "../../src/map/prefix.js";
import { ruleFacts } from "../../src/map/rule.js";
import type { Diagnostic } from "../../src/map/types.js";

export interface Contents extends Draft {
  /** What it was imported from. */
  readonly source: string;
  /** Stand at the top, so that they stay with the file. */
  readonly notes: readonly Diagnostic[];
}

/** A text that is no configuration at all has a finding a line. */
const MOST_NOTES = 100;

export function writeConfiguration({ source, rules, domains, notes }: Contents): string {
  const document = new Document({
    rules: Object.fromEntries(rules.map(({ name, block }) => [name, block])),
    domains: domains.map(({ block }) => block),
  });
  document.commentBefore = [
    ` Imported from ${source} by mapctl import; check it before use.`,
    ...notes.slice(0, MOST_NOTES).map(noteLine),
    ...(notes.length > MOST_NOTES ? [` and ${notes.length - MOST_NOTES} more like these`] : []),
  ].join("\n");
  const ruleNodes = document.get("rules");
  if (isMap(ruleNodes)) {
    ruleNodes.items.forEach((pair, index) => {
      comment(pair, ruleComment(rules[index]!));
    });
  }
  const domainNodes = document.get("domains");
  if (isSeq(domainNodes)) {
    domainNodes.items.forEach((node, index) => {
      const place = domains[index]?.place ?? "";
      if (isMap(node) && place !== "") node.commentBefore = ` ${oneLine(place)}`;
    });
  }
  // Lists of names and addresses stay on their line, as in our examples.
  return document.toString({ lineWidth: 120, flowCollectionPadding: false });
}

function comment(pair: Pair, text: string): void {
  if (isScalar(pair.key)) pair.key.commentBefore = ` ${oneLine(text)}`;
}

function noteLine({ severity, path, message }: Diagnostic): string {
  const place = path === "" ? "" : `${path}: `;
  return ` ${severity}: ${oneLine(`${place}${message}`)}`;
}

/** Texts of other programs must not end a comment. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
}

/** `line 3: 65536 CEs, 256 on an address, 252 ports each` */
function ruleComment({ place, block }: NotedRule): string {
  const facts = factsOf(block);
  return [place, facts].filter((part) => part !== "").join(": ");
}

function factsOf(block: Block): string {
  const text = (key: string): string => String(block[key] ?? "");
  const number = (key: string): number | undefined => {
    const value = block[key];
    return typeof value === "number" ? value : undefined;
  };
  const ipv6 = parseIpv6Prefix(text("rule-ipv6-prefix"));
  const ipv4 = parseIpv4Prefix(text("rule-ipv4-prefix"));
  const eaLen = number("ea-len");
  if (ipv6 === null || ipv4 === null || eaLen === undefined) return "";
  const lengths = { psidOffset: number("psid-offset"), psidLen: number("psid-len") };
  const input = { name: "", ipv6, ipv4, eaLen, ...lengths, psid: number("psid") };
  const checked = checkRule(input, "");
  if (!checked.ok) return "";
  const { kind, ceCount, sharingRatio, portsPerCe } = ruleFacts(checked.value);
  const ces = ceCount === 1 ? "1 CE" : `${ceCount} CEs`;
  if (kind === "prefix") return `${ces}, an IPv4 prefix each`;
  if (kind === "address") return `${ces}, an IPv4 address each`;
  if (ceCount === 1) return `1 CE of ${sharingRatio} on its address, ${portsPerCe} ports`;
  return `${ces}, ${sharingRatio} on an address, ${portsPerCe} ports each`;
}
