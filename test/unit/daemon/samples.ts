/** Configurations and a running daemon's numbers for the tests of daemon/. */

import { parseConfig } from "../../../daemon/config/load.js";
import type { Config, DomainConfig } from "../../../daemon/config/types.js";
import { Failures } from "../../../daemon/runtime/failures.js";
import { ceOf } from "../../../daemon/runtime/identity.js";
import type { DaemonView, DomainView } from "../../../daemon/runtime/status.js";
import { COUNTER_COUNT } from "../../../src/counters.js";

const RULES = `
rules:
  metro: { rule-ipv6-prefix: "2001:db8::/40", rule-ipv4-prefix: 192.0.2.0/24, ea-len: 16 }
  whole: { rule-ipv6-prefix: "2001:db8:4000::/40", rule-ipv4-prefix: 198.51.100.0/24, ea-len: 8 }
  wide: { rule-ipv6-prefix: "2001:db8:8000::/40", rule-ipv4-prefix: 203.0.112.0/20, ea-len: 8 }
  low: { rule-ipv6-prefix: "2001:db8:5000::/40", rule-ipv4-prefix: 198.51.100.0/25, ea-len: 8 }
  high: { rule-ipv6-prefix: "2001:db8:6000::/40", rule-ipv4-prefix: 198.51.100.128/25, ea-len: 8 }
  early: { rule-ipv6-prefix: "2001:db8:8000::/40", rule-ipv4-prefix: 203.0.112.0/20, ea-len: 8, iid: draft-03 }
`;

export const BR_T = `
  - name: br-t
    mode: map-t
    role: br
    tun: { name: mapt0 }
    rules: [metro]
    dmr-ipv6-prefix: 2001:db8:ffff::/64
`;

export const BR_E = `
  - name: br-e
    mode: map-e
    role: br
    tun: { name: mape0 }
    rules: [metro]
    br-ipv6-addr: 2001:db8:ffff::1
`;

export const CE_T = `
  - name: ce-t
    mode: map-t
    role: ce
    tun: { name: mapt1 }
    rules: [metro]
    dmr-ipv6-prefix: 2001:db8:ffff::/64
    end-user-ipv6-prefix: 2001:db8:12:3400::/56
    local-ipv4-prefixes: [192.168.1.0/24]
`;

export const CE_E = `
  - name: ce-e
    mode: map-e
    role: ce
    tun: { name: mape1 }
    rules: [metro]
    br-ipv6-addr: 2001:db8:ffff::1
    end-user-ipv6-prefix: 2001:db8:12:3400::/56
    local-ipv4-prefixes: [192.168.1.0/24]
`;

/** A configuration with these domains; throws with all findings where it is refused. */
export function configOf(...domains: readonly string[]): Config {
  const checked = parseConfig(`${RULES}\ndomains:${domains.join("")}`);
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics, null, 2));
  return checked.value;
}

/** The one domain of a configuration. */
export function domainOf(text: string): DomainConfig {
  const [domain] = configOf(text).domains;
  if (domain === undefined) throw new Error("no domain");
  return domain;
}

const PORTS = {
  tcp: { used: 40, free: 200 },
  udp: { used: 30, free: 210 },
  icmp: { used: 0, free: 240 },
};

const LOOP = { busySeconds: 12.5, lagSeconds: 0.004, batches: [5, 4, 3, 0, 0, 0, 2, 0] };

/** A domain as it runs, with every counter set by `fill(index)`. */
export function viewOf(
  config: DomainConfig,
  fill: (index: number) => number = () => 0,
): DomainView {
  return {
    config,
    ce: ceOf(config.settings),
    offloads: 0x0f,
    classifier: null,
    intake: null,
    workers: [{ index: 0, alive: true, restarts: 2, hangs: 1, ports: PORTS, loop: LOOP }],
    failures: {
      recreations: 3,
      recreationFailures: 4,
      downs: 6,
      refitFailures: 7,
      classifierLosses: 5,
    },
    intakeDrops: () => 0,
    counters: () => Float64Array.from({ length: COUNTER_COUNT }, (_, index) => fill(index)),
  };
}

export function daemonOf(
  domains: readonly DomainView[],
  reasons: readonly string[] = [],
): DaemonView {
  return {
    config: { hash: "0123456789ab" },
    domains,
    uptimeSeconds: 93784.5,
    state: null,
    phase: reasons.length === 0 ? "ready" : "degraded",
    lastReload: { successful: true, successSeconds: 1_700_000_000 },
    failures: new Failures(),
    reasons: () => reasons,
  };
}
