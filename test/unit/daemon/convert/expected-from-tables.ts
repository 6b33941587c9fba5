/** What tables and lines of rules, and octets, become. */
import type { Expected } from "./expected.js";

export const EXPECTED_FROM_TABLES: Readonly<Record<string, Expected>> = {
  MAP_RULES: {
    configuration: `# Imported from rule database (basicMapRules) JSON by mapctl import; check it before use.
# warning: basicmaprules[2]: no brIpv6Address: give --br ADDRESS
# warning: basicmaprules[2].since: mapd has no counterpart to this
# warning: basicMapRules: the form does not say which interface identifier its rules have; draft-03 is taken, as the services have it that publish in this form
# warning: basicmaprules[2]: the source does not hold the prefix that the provider delegates to "rule-3"; give --end-user-prefix

rules:
  # basicmaprules[0]: 262144 CEs, 64 on an address, 1008 ports each
  rule-1:
    rule-ipv6-prefix: 2001:db8:e000::/38
    rule-ipv4-prefix: 203.0.96.0/20
    ea-len: 18
    psid-offset: 6
    iid: draft-03
  # basicmaprules[1]: 262144 CEs, 64 on an address, 1008 ports each
  rule-2:
    rule-ipv6-prefix: 2001:db8:e000::/38
    rule-ipv4-prefix: 203.0.112.0/20
    ea-len: 18
    psid-offset: 6
    iid: draft-03
  # basicmaprules[2]
  rule-3:
    rule-ipv6-prefix: 2001:db8:f000:1000::/36
    rule-ipv4-prefix: 198.18.128.0/15
    ea-len: 25
    psid-offset: 4
    iid: draft-03
domains:
  # basicmaprules[0]
  - name: rule-1
    mode: map-e
    role: ce
    tun:
      name: mape0
    rules:
      - rule-1
      - rule-2
    br-ipv6-addr: 2001:db8:ffff::9
    end-user-ipv6-prefix: 2001:db8:e123:4500::/56
  # basicmaprules[2]
  - name: rule-3
    mode: map-e
    role: ce
    tun:
      name: mape1
    rules:
      - rule-3
`,
    valid: false,
    findings: [
      "warning br-missing basicmaprules[2]",
      "warning not-imported basicmaprules[2].since",
      "warning iid-assumed basicMapRules",
      "warning end-user-prefix-unknown basicmaprules[2]",
      "error ipv6-host-bits rules.rule-3.rule-ipv6-prefix",
      "error ipv4-host-bits rules.rule-3.rule-ipv4-prefix",
      "error duplicate-ipv6-prefix rules.rule-2.rule-ipv6-prefix",
      "error missing-key domains[1].br-ipv6-addr",
      "error missing-key domains[1].end-user-ipv6-prefix",
    ],
  },
  CSV: {
    configuration: `# Imported from table of rules (CSV) by mapctl import; check it before use.
# warning: line 2: mapd has no counterpart to the column "remark"
# error: line 5: a rule needs an IPv6 prefix, an IPv4 prefix and an EA length

rules:
  # line 3: 65536 CEs, 256 on an address, 252 ports each
  metro:
    rule-ipv6-prefix: 2001:db8::/40
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 16
    psid-offset: 6
    forwarding: true
  # line 4: 256 CEs, an IPv4 address each
  rule-2:
    rule-ipv6-prefix: 2001:db8:8000::/40
    rule-ipv4-prefix: 203.0.113.0/24
    ea-len: 8
domains:
  # line 3
  - name: metro
    mode: map-e
    role: br
    tun:
      name: mape0
    rules:
      - metro
      - rule-2
    br-ipv6-addr: 2001:db8:ffff::1
`,
    valid: false,
    findings: ["warning not-imported line 2", "error import-incomplete line 5"],
  },
  RULE_LINES: {
    configuration: `# Imported from rules as on mapctl's command line by mapctl import; check it before use.
# error: line 4: EA length "sixteen" is not a whole number

rules:
  # line 2: 65536 CEs, 256 on an address, 252 ports each
  rule1:
    rule-ipv6-prefix: 2001:db8::/40
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 16
    psid-offset: 6
    psid-len: 8
  # line 3: 1 CE of 256 on its address, 252 ports
  rule2:
    rule-ipv6-prefix: 2001:db8:12:3400::/56
    rule-ipv4-prefix: 192.0.2.18/32
    ea-len: 0
    psid-offset: 6
    psid-len: 8
    psid: 52
domains:
  - name: imported
    mode: map-t
    role: br
    tun:
      name: mapt0
    rules:
      - rule1
      - rule2
    dmr-ipv6-prefix: 2001:db8:ffff::/64
`,
    valid: false,
    findings: ["error import-syntax line 4"],
  },
  DHCP: {
    configuration: `# Imported from DHCPv6 options by mapctl import; check it before use.
# warning: s46-cont-mapt.s46-rule.s46-portparams: a client that ignores option 93 would use offset 6: with PSID 0x01 it would send from 1028-1031, 2052-2055, 3076-3079, ..., here ports that belong to nobody; check that the clients read option 93

rules:
  # octets of map-t: 65536 CEs, 256 on an address, 240 ports each
  rule-1:
    rule-ipv6-prefix: 2001:db8::/40
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 16
    psid-offset: 4
    forwarding: true
domains:
  # octets of map-t
  - name: map-t
    mode: map-t
    role: ce
    tun:
      name: mapt0
    rules:
      - rule-1
    dmr-ipv6-prefix: 2001:db8:cafe::/64
    end-user-ipv6-prefix: 2001:db8:12:3400::/56
`,
    valid: true,
    findings: ["warning s46-portparams-ignored s46-cont-mapt.s46-rule.s46-portparams"],
  },
};
