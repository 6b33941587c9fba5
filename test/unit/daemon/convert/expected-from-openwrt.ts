/** What texts of OpenWrt, and of what it runs, become. */
import type { Expected } from "./expected.js";

export const EXPECTED_FROM_OPENWRT: Readonly<Record<string, Expected>> = {
  UCI: {
    configuration: `# Imported from OpenWrt UCI by mapctl import; check it before use.
# warning: line 9: option maptype of "wan_map" has no counterpart in mapd
# warning: line 19: option tunlink of "wan_map" has no counterpart in mapd
# warning: line 20: option encaplimit of "wan_map" has no counterpart in mapd
# warning: line 23: "dslite" is DS-Lite, which is not MAP
# warning: sections that are not about MAP: lan

rules:
  # line 6: 65536 CEs, 256 on an address, 240 ports each
  wan_map:
    rule-ipv6-prefix: 2001:db8:1000::/40
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 16
    psid-offset: 4
    psid-len: 8
    iid: draft-03
domains:
  # line 6
  - name: wan_map
    mode: map-e
    role: ce
    tun:
      name: mape0
    rules:
      - wan_map
    br-ipv6-addr: 2001:db8:ffff::1
    end-user-ipv6-prefix: 2001:db8:1012:3400::/56
    mtu:
      ipv4: 1460
`,
    valid: true,
    findings: [
      "warning not-imported line 9",
      "warning not-imported line 19",
      "warning not-imported line 20",
      "warning not-imported line 23",
      "warning not-imported",
    ],
  },
  UCI_SHOW: {
    configuration: `# Imported from OpenWrt UCI by mapctl import; check it before use.

rules:
  # line 5: 65536 CEs, 256 on an address, 252 ports each
  map-1:
    rule-ipv6-prefix: 2001:db8::/40
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 16
    psid-offset: 6
  # line 5: 256 CEs, an IPv4 address each
  map-2:
    rule-ipv6-prefix: 2001:db8:9000::/40
    rule-ipv4-prefix: 198.51.100.0/24
    ea-len: 8
    forwarding: true
domains:
  # line 2
  - name: map
    mode: map-t
    role: ce
    tun:
      name: mapt0
    rules:
      - map-1
      - map-2
    dmr-ipv6-prefix: 2001:db8:ffff::/64
    end-user-ipv6-prefix: 2001:db8:12:3400::/56
`,
    valid: true,
    findings: [],
  },
  UCI_LW4O6: {
    configuration: `# Imported from OpenWrt UCI by mapctl import; check it before use.

rules:
  # line 2: 1 CE of 256 on its address, 256 ports
  lw:
    rule-ipv6-prefix: 2001:db8:12:3400::/56
    rule-ipv4-prefix: 192.0.2.18/32
    ea-len: 0
    psid-offset: 0
    psid-len: 8
    psid: 52
domains:
  # line 2
  - name: lw
    mode: map-e
    role: ce
    tun:
      name: mape0
    rules:
      - lw
    br-ipv6-addr: 2001:db8:ffff::1
    end-user-ipv6-prefix: 2001:db8:12:3400::/56
`,
    valid: true,
    findings: [],
  },
  ODHCP6C: {
    configuration: `# Imported from mapcalc and odhcp6c rules by mapctl import; check it before use.
# warning: line 2: map-t is offered, too, but a CE has one mode: map-e

rules:
  # line 1: 65536 CEs, 256 on an address, 252 ports each
  rule-1:
    rule-ipv6-prefix: 2001:db8::/40
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 16
    psid-offset: 6
domains:
  # line 1
  - name: map-e
    mode: map-e
    role: ce
    tun:
      name: mape0
    rules:
      - rule-1
    br-ipv6-addr:
      - 2001:db8:ffff::1
      - 2001:db8:ffff::2
    end-user-ipv6-prefix: 2001:db8:12:3400::/56
`,
    valid: true,
    findings: ["warning not-imported line 2"],
  },
  MAPCALC_SLIP: {
    configuration: `# Imported from mapcalc and odhcp6c rules by mapctl import; check it before use.
# warning: line 1: mapcalc does not know the key "mtu"
# warning: line 1: psid 52 is read as left-justified in 16 bits, which makes it 0, but it has bits beyond its 8; if 52 is meant, write 13312

rules:
  # line 1: 1 CE of 256 on its address, 252 ports
  rule-1:
    rule-ipv6-prefix: 2001:db8:12:3400::/56
    rule-ipv4-prefix: 192.0.2.18/32
    ea-len: 0
    psid-offset: 6
    psid-len: 8
    psid: 0
domains:
  # line 1
  - name: map-e
    mode: map-e
    role: ce
    tun:
      name: mape0
    rules:
      - rule-1
    br-ipv6-addr: 2001:db8:ffff::1
    end-user-ipv6-prefix: 2001:db8:12:3400::/56
`,
    valid: true,
    findings: ["warning not-imported line 1", "warning psid-justification line 1"],
  },
  NAT46_CE: {
    configuration: `# Imported from nat46 commands by mapctl import; check it before use.
# warning: line 2: "debug 1"

rules:
  # line 2: 65536 CEs, 256 on an address, 240 ports each
  map-wan:
    rule-ipv6-prefix: 2001:db8::/40
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 16
    psid-offset: 4
    iid: draft-03
  # line 3: 256 CEs, an IPv4 address each
  map-wan-2:
    rule-ipv6-prefix: 2001:db8:9000::/40
    rule-ipv4-prefix: 198.51.100.0/24
    ea-len: 8
    psid-offset: 4
    iid: draft-03
    forwarding: true
domains:
  # line 1
  - name: map-wan
    mode: map-t
    role: ce
    tun:
      name: mapt0
    rules:
      - map-wan
      - map-wan-2
    dmr-ipv6-prefix: 2001:db8:ffff::/64
    end-user-ipv6-prefix: 2001:db8:12:3400::/56
`,
    valid: true,
    findings: ["warning not-imported line 2", "warning offset-ignored rules.map-wan-2.psid-offset"],
  },
  NAT46_BR: {
    configuration: `# Imported from nat46 commands by mapctl import; check it before use.

rules:
  # line 2: 65536 CEs, 256 on an address, 256 ports each
  nat46:
    rule-ipv6-prefix: 2001:db8::/40
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 16
    psid-offset: 0
domains:
  # line 1
  - name: nat46
    mode: map-t
    role: br
    tun:
      name: mapt0
    rules:
      - nat46
    dmr-ipv6-prefix: 2001:db8:ffff::/96
`,
    valid: true,
    findings: [
      "warning system-ports rules.nat46.psid-offset",
      "warning dmr-not-64 domains[0].dmr-ipv6-prefix",
    ],
  },
};
