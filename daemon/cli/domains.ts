/** `mapctl domains`: what each domain is, with its rules and what follows from them. */
import { askDaemon } from "../control/client.js";
import type { DomainRow, DomainsDocument, RuleRow } from "../control/show/documents.js";
import { EXIT } from "../errors.js";
import { type CliCommand, type CliContext, writeFields, writeJson } from "./command.js";
import { type DomainFilter, FILTER_OPTIONS, filterOf } from "./filter.js";
import { writeHeading } from "./paint.js";

/** Of the port ranges of a CE; as many of it on a line. */
const RANGES_SHOWN = 64;
const RANGES_A_LINE = 8;

export const domainsCommand: CliCommand = {
  name: "domains",
  summary: "Show each domain with its rules, the values that follow, and who the CE is",
  arguments: [],
  options: FILTER_OPTIONS,
  schema: "mapd.domains/1",
  examples: ["mapctl domains", "mapctl domains --mode map-e --role br --json"],
  async run(input, context) {
    await showDomains(context, filterOf(input));
    return EXIT.done;
  },
};

export async function showDomains(context: CliContext, filter: DomainFilter): Promise<void> {
  // The daemon made the document from this very type; a newer one only adds keys.
  const document = (await askDaemon(context.socketPath, "domains", filter)) as DomainsDocument;
  if (context.json) {
    writeJson(context, document);
    return;
  }
  document.domains.forEach((domain, index) => {
    if (index > 0) context.stdout.write("\n");
    writeDomain(context, domain);
  });
}

type Fields = readonly (readonly [string, string])[];

function writeDomain(context: CliContext, domain: DomainRow): void {
  writeHeading(context, `domain: ${domain.name}`);
  const rules = domain.rules.flatMap((rule): Fields => [["", ""], ...ruleFields(rule)]);
  const hidden = domain.ruleCount - domain.rules.length;
  writeFields(
    context,
    [
      ["mode", `${domain.mode} ${domain.role}`] as const,
      ["device", domain.device] as const,
      ...relayFields(domain),
      ...ceFields(domain),
      ["mtu", `ipv6 ${domain.mtu.ipv6}, ipv4 ${domain.mtu.ipv4}`] as const,
      ["rules", String(domain.ruleCount)] as const,
      ...rules,
    ].map(([label, value]) => [label === "" && value === "" ? "" : `  ${label}`, value] as const),
  );
  if (hidden > 0) {
    context.stdout.write(`\n  ${hidden} more: mapctl rules --domain ${domain.name}\n`);
  }
}

function relayFields({ dmrIpv6Prefix, brIpv6Addresses }: DomainRow): Fields {
  if (dmrIpv6Prefix !== null) return [["dmr prefix", dmrIpv6Prefix]];
  return [["br address", brIpv6Addresses.join(" ")]];
}

function ceFields({ ce, localIpv4Prefixes }: DomainRow): Fields {
  if (ce === null) return [];
  const psid = ce.psid === null ? "none" : `${ce.psid} (0x${ce.psid.toString(16)})`;
  const length = ce.ipv4PrefixLen === 32 ? "" : `/${ce.ipv4PrefixLen}`;
  return [
    ["end-user prefix", ce.endUserIpv6Prefix],
    ["map address", ce.mapIpv6],
    ["ipv4", `${ce.ipv4}${length}`],
    ["psid", psid],
    ["ports", String(ce.portsPerCe)],
    ...rangeFields(ce.portRanges),
    ["local prefixes", localIpv4Prefixes?.join(" ") ?? "none, NAT44 is off"],
  ];
}

function rangeFields(ranges: readonly (readonly [number, number])[]): Fields {
  const texts = ranges.slice(0, RANGES_SHOWN).map(([first, last]) => `${first}-${last}`);
  const more = ranges.length - texts.length;
  if (more > 0) texts.push(`and ${more} more (mapctl ports)`);
  const lines: [string, string][] = [];
  for (let at = 0; at < texts.length; at += RANGES_A_LINE) {
    const label = at === 0 ? "port ranges" : "";
    lines.push([label, texts.slice(at, at + RANGES_A_LINE).join(" ")]);
  }
  return lines;
}

function ruleFields(row: RuleRow): Fields {
  const { rule, hits } = row;
  const kinds = [
    ...(row.basic ? ["basic mapping rule"] : []),
    ...(row.forwarding ? ["forwarding mapping rule"] : []),
  ];
  return [
    ["rule", kinds.length === 0 ? row.name : `${row.name} (${kinds.join(", ")})`],
    ["ipv6 prefix", rule.ruleIpv6Prefix],
    ["ipv4 prefix", rule.ruleIpv4Prefix],
    ["EA length", String(rule.eaLen)],
    ["PSID offset", String(rule.psidOffset)],
    ["PSID length", String(rule.psidLen)],
    ...(rule.psid === undefined ? [] : [["PSID", `${rule.psid}`] as const]),
    ["interface id", rule.iid],
    ["end-user prefix", `/${row.endUserPrefixLen}`],
    ["sharing ratio", `${row.sharingRatio} CEs on an IPv4 address`],
    ["CEs", String(row.ceCount)],
    [
      "ports per CE",
      `${row.portsPerCe} in ${row.rangesPerCe} ranges, ${row.excludedPorts} of an address are nobody's`,
    ],
    ...(hits === null ? [] : [["hits", `${hits.toCe} to CEs, ${hits.fromCe} from CEs`] as const]),
  ];
}
