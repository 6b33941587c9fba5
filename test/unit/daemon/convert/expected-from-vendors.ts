/** What texts of AsterNOS, VPP and IP_MAP_Calculator become. */
import type { Expected } from "./expected.js";

export const EXPECTED_FROM_VENDORS: Readonly<Record<string, Expected>> = {
  ASTERNOS_EXAMPLE: {
    configuration: `# Imported from AsterNOS (SONiC) commands by mapctl import; check it before use.
# warning: line 3: 2001:db8:1012:1234::10/64 has a length, but the BR of MAP-E is an address; the length is left out
# warning: line 3: 2001:db8:1012:1234::10/64 is on none of the interfaces; mapd needs no such address, but routes that bring it here
# warning: line 3: the BR address 2001:db8:1012:1234::10 lies in 2001:db8:1012:1234::/64, the prefix of the customer with 192.0.2.18, PSID 0x34 (rule "bmr1"): that customer's traffic stays on the link; use a prefix outside 2001:db8:1012::/48
# warning: line 9: 192.0.2.1 of interface ethernet13 is one of the addresses of rule "bmr1" (192.0.2.0/24), 256 customers each, and hosts on 192.0.2.1/24 ask the link for customers instead of the BR; number the link from elsewhere
# warning: line 9: 192.0.2.0 and 192.0.2.255 are customers' addresses of rule "bmr1", but network and broadcast address of 192.0.2.0/24 on ethernet13
# warning: line 13: 2001:db8:1012:1234::1/64 of interface ethernet14 lies in 2001:db8:1012:1234::/64, the prefix of the customer with 192.0.2.18, PSID 0x34 (rule "bmr1"): that customer's traffic stays on the link; use a prefix outside 2001:db8:1012::/48
# warning: "map enable" is missing: the device would do no MAP
# warning: line 10: "nat64 map-zone-br enable" has no counterpart: mapd serves what routes bring to its device, on all interfaces (the vendor's tables do not list the command)
# warning: line 14: "nat64 map-zone-br enable" has no counterpart: mapd serves what routes bring to its device, on all interfaces (the vendor's tables do not list the command)
# warning: line 4: there is no CE domain, so nothing here gives CEs their end-user prefix and local IPv4 prefixes; for a CE import it with --role ce and --end-user-prefix
# warning: line 4: no command makes a rule a forwarding rule; set \`forwarding: true\` where CEs are to speak to each other directly

rules:
  # line 2: 65536 CEs, 256 on an address, 240 ports each
  bmr1:
    rule-ipv6-prefix: 2001:db8:1012::/48
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 16
    psid-offset: 4
    psid-len: 8
domains:
  # line 4
  - name: d1
    mode: map-e
    role: br
    tun:
      name: mape0
    rules:
      - bmr1
    br-ipv6-addr: 2001:db8:1012:1234::10
`,
    valid: true,
    findings: [
      "warning br-not-an-address line 3",
      "warning br-not-configured line 3",
      "warning inside-customer-prefix line 3",
      "warning link-in-rule-prefix line 9",
      "warning link-edge-addresses line 9",
      "warning inside-customer-prefix line 13",
      "warning map-not-enabled",
      "warning not-imported line 10",
      "warning not-imported line 14",
      "warning no-ce-side line 4",
      "warning no-forwarding-rules line 4",
      "warning inside-rule-prefix domains[0].br-ipv6-addr",
    ],
  },
  ASTERNOS_ALL: {
    configuration: `# Imported from AsterNOS (SONiC) commands by mapctl import; check it before use.
# warning: line 20: "show map interface role CE" asks; mapctl answers to the same words
# warning: line 21: "show map-e domain name tunnel" asks; mapctl answers to the same words
# warning: line 22: "show map-t statistics role BR" asks; mapctl answers to the same words
# warning: line 23: "snmp-server community public" is no MAP command of AsterNOS
# warning: line 10: no command makes a rule a forwarding rule; set \`forwarding: true\` where CEs are to speak to each other directly
# warning: no domain binds the basic-mapping-rule "spare"

rules:
  # line 2: 65536 CEs, 256 on an address, 252 ports each
  metro:
    rule-ipv6-prefix: 2001:db8::/40
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 16
    psid-offset: 6
    psid-len: 8
domains:
  # line 10
  - name: tunnel
    mode: map-e
    role: ce
    tun:
      name: mape0
    rules:
      - metro
    br-ipv6-addr: 2001:db8:ffff::1
    end-user-ipv6-prefix: 2001:db8:12:3400::/56
    local-ipv4-prefixes:
      - 192.168.1.0/24
      - 192.168.2.0/24
  # line 16
  - name: relay
    mode: map-t
    role: br
    tun:
      name: mapt1
    rules:
      - metro
    dmr-ipv6-prefix: 2001:db8:fffe::/64
`,
    valid: true,
    findings: [
      "warning not-imported line 20",
      "warning not-imported line 21",
      "warning not-imported line 22",
      "warning not-imported line 23",
      "warning no-forwarding-rules line 10",
      "warning not-imported",
    ],
  },
  VPP: {
    configuration: `# Imported from VPP commands by mapctl import; check it before use.
# warning: line 4: mapd always honours DF
# warning: line 9: mapd checks the source of every packet, always
# warning: line 10: "map params pre-resolve" has no counterpart in mapd
# warning: lines that are no map commands: 1

rules:
  # line 1: 65536 CEs, 256 on an address, 252 ports each
  metro:
    rule-ipv6-prefix: 2001:db8::/40
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 16
    psid-offset: 6
    psid-len: 8
  # line 3: 1 CE of 256 on its address, 252 ports
  rule-1-52:
    rule-ipv6-prefix: 2001:db8:77:3400:0:cb00:7112:34/128
    rule-ipv4-prefix: 203.0.113.18/32
    ea-len: 0
    psid-offset: 6
    psid-len: 8
    psid: 52
domains:
  # line 1
  - name: metro
    mode: map-e
    role: br
    tun:
      name: mape0
    rules:
      - metro
      - rule-1-52
    br-ipv6-addr: 2001:db8:ffff::1
    mtu:
      ipv6: 1500
    fragmentation: inner
    traffic-class: 18
    mss-clamp: 1400
    icmp:
      ipv4-sources:
        - 203.0.113.1
      unreachables: false
`,
    valid: true,
    findings: [
      "warning not-imported line 4",
      "warning not-imported line 9",
      "warning not-imported line 10",
      "warning not-imported",
      "warning iid-overwritten rules.rule-1-52.ea-len",
    ],
  },
  VPP_T: {
    configuration: `# Imported from VPP commands by mapctl import; check it before use.
# warning: line 2: the interface does map-e, but the ip6-src of no domain is right for that

rules:
  # line 1
  rule-0:
    rule-ipv6-prefix: 2001:db8::/40
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 16
    psid-offset: 0
    psid-len: 7
domains:
  # line 1
  - name: rule-0
    mode: map-t
    role: br
    tun:
      name: mapt0
    rules:
      - rule-0
    dmr-ipv6-prefix: 2001:db8:ffff::/64
`,
    valid: false,
    findings: ["warning mode-mismatch line 2", "error psid-len-mismatch rules.rule-0.psid-len"],
  },
  RULE_STRINGS: {
    configuration: `# Imported from rule strings of IP_MAP_Calculator by mapctl import; check it before use.
# warning: line 2: the rule "example_1" is named "example_1-2" here

rules:
  # line 1: 16384 CEs, 64 on an address, 1008 ports each
  example_1:
    rule-ipv6-prefix: 2001:db8::/46
    rule-ipv4-prefix: 192.168.0.0/24
    ea-len: 14
    psid-offset: 6
  # line 2: 16384 CEs, 64 on an address, 1008 ports each
  example_1-2:
    rule-ipv6-prefix: 2001:db8:4::/46
    rule-ipv4-prefix: 192.168.1.0/24
    ea-len: 14
    psid-offset: 6
domains:
  - name: imported
    mode: map-t
    role: br
    tun:
      name: mapt0
    rules:
      - example_1
      - example_1-2
    dmr-ipv6-prefix: 2001:db8:ffff::/64
`,
    valid: true,
    findings: ["warning renamed line 2"],
  },
};
