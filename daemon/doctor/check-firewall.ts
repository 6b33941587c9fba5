/** Whether the host's firewall lets the domain's packets pass. */
import { outsideDevices } from "./check-switches.js";
import type { DomainCheck } from "./context.js";
import { error, type Found, ok, unknown, warning } from "./finding.js";
import { lineOf, parseRuleset } from "./nft-ruleset.js";
import { type Obstacle, obstacleFor } from "./nft-walk.js";
import type { DoctorSystem } from "./system.js";
import { type Witness, witnesses } from "./witness.js";

export const firewallCheck: DomainCheck = {
  id: "firewall",
  what: "no rule of nftables stops or rewrites what is for the domain, nor ICMPv6 packet too big",
  about: "domain",
  async run(context, domain) {
    const { system } = context;
    const others = await legacyRules(system);
    const output = await system.run(["nft", "-j", "list", "ruleset"]);
    if (output === null) {
      return [
        unknown("the program nft is not in PATH: no firewall was looked at (apt install nftables)"),
      ];
    }
    if (output.status !== 0) {
      return [unknown("nft does not show its rules; run the doctor as root", output.stderr.trim())];
    }
    const ruleset = parseRuleset(output.stdout);
    if (ruleset === null) return [unknown("nft gave a document that makes no sense")];
    const [wan = null] = await outsideDevices(context, domain);
    const listing = (await system.run(["nft", "-a", "list", "ruleset"]))?.stdout ?? "";
    const found = witnesses(domain, wan).flatMap((packet) => {
      const obstacle = obstacleFor(packet, ruleset);
      return obstacle === null ? [] : [foundOf(packet, obstacle, listing)];
    });
    if (found.length > 0 || others.length > 0) return [...found, ...others];
    const empty = ruleset.chains.length === 0;
    return [
      ok(empty ? "nftables has no rules" : "the rules of nftables let all of the domain pass"),
    ];
  },
};

/** What iptables keeps in tables of its own nft does not show; newer ones keep it in nftables. */
async function legacyRules(system: DoctorSystem): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const program of ["iptables-legacy-save", "ip6tables-legacy-save"]) {
    const lines = (await system.run([program]))?.stdout.split("\n") ?? [];
    const stop = lines.find((line) => /^:\S+ DROP|^-A .*-j (DROP|REJECT)\b/.test(line));
    if (stop === undefined) continue;
    found.push(
      unknown(`${program} shows rules that may drop packets; only nftables is understood`, stop),
    );
  }
  return found;
}

function foundOf(packet: Witness, obstacle: Obstacle, listing: string): Found {
  const { kind, certain, base, chain, handle } = obstacle;
  const place = `${chain.family} ${chain.table} ${chain.name}`;
  const what = handle === null ? `the policy of chain ${place}` : `a rule of chain ${place}`;
  const does = kind === "drop" ? "drops" : "rewrites the addresses of";
  const line = lineOf(listing, chain, handle) ?? `${place} handle ${handle ?? "-"}`;
  const remedy = `nft insert rule ${base.family} ${base.table} ${base.name} ${packet.match} accept`;
  const perhaps = `${what} may ${does === "drops" ? "drop" : "rewrite the addresses of"} ${packet.what}`;
  if (certain) return error(`${what} ${does} ${packet.what}`, line, remedy);
  return warning(perhaps, line, remedy);
}
