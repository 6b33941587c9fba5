/** Whether the configuration is what the provider gives now. */
import { containsIpv6, formatIpv6Prefix, parseIpv6Prefix } from "../../src/map/prefix.js";
import type { Ipv6Prefix } from "../../src/map/types.js";
import type { DomainCheck } from "./context.js";
import { info, ok, unknown } from "./finding.js";
import { askIp } from "./system.js";

/** Leases of DHCPv6 clients differ in place and form; what a client has installed can be seen. */
export const leaseCheck: DomainCheck = {
  id: "lease",
  what: "the host has the end-user prefix of the configuration (DHCPv6 leases themselves are not read)",
  about: "domain",
  async run({ system }, { config }) {
    const { settings, tun } = config;
    if (settings.role === "br") return [info("a border relay has no lease")];
    const prefix = formatIpv6Prefix(settings.endUserPrefix);
    for (const line of ["-6 route show table all", "-6 address show"]) {
      const answer = await askIp(system, line);
      if (!answer.ok) return [unknown(answer.reason)];
      const evidence = answer.lines.find(
        (one) => !one.includes(` dev ${tun.name}`) && speaksOf(one, settings.endUserPrefix),
      );
      if (evidence !== undefined) return [ok(`the host uses ${prefix}`, evidence)];
    }
    const message = `nothing on this host shows that ${prefix} was delegated; compare it with the lease of the DHCPv6 client`;
    return [unknown(message)];
  },
};

/** True where some address or prefix of the line lies in `prefix`. */
function speaksOf(line: string, prefix: Ipv6Prefix): boolean {
  return line.split(" ").some((word) => {
    const parsed = parseIpv6Prefix(word.includes("/") ? word : `${word}/128`);
    return parsed !== null && parsed.len >= prefix.len && containsIpv6(prefix, parsed.address);
  });
}
