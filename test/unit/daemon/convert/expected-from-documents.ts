/** What JSON documents, and the commands of Jool, become. */
import type { Expected } from "./expected.js";

export const EXPECTED_FROM_DOCUMENTS: Readonly<Record<string, Expected>> = {
  JOOL_CE: {
    configuration: `# Imported from Jool MAP-T by mapctl import; check it before use.
# warning: line 1: "/sbin/modprobe jool_mapt" says nothing about rules
# warning: line 5: "jool_mapt global update lowest-ipv6-mtu 1500" has no counterpart in mapd
# warning: line 4: the rule "CE 11b-bmr" is named "CE-11b-bmr" here

rules:
  # line 4: 8192 CEs, 32 on an address, 2048 ports each
  CE-11b-bmr:
    rule-ipv6-prefix: 2001:db8:ce::/51
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 13
    psid-offset: 0
domains:
  - name: CE-11b
    mode: map-t
    role: ce
    tun:
      name: mapt0
    rules:
      - CE-11b-bmr
    dmr-ipv6-prefix: 64:ff9b::/96
    end-user-ipv6-prefix: 2001:db8:ce:11b::/64
`,
    valid: true,
    findings: [
      "warning not-imported line 1",
      "warning not-imported line 5",
      "warning renamed line 4",
      "warning system-ports rules.CE-11b-bmr.psid-offset",
      "warning dmr-not-64 domains[0].dmr-ipv6-prefix",
    ],
  },
  JOOL_BR: {
    configuration: `# Imported from Jool MAP-T by mapctl import; check it before use.
# warning: global.rfc6791v4-prefix: mapd takes addresses, not a prefix
# warning: global.mtu-plateaus: mapd has no counterpart to this

rules:
  # fmrt[0]: 8192 CEs, 32 on an address, 2048 ports each
  BR-1:
    rule-ipv6-prefix: 2001:db8:ce::/51
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 13
    psid-offset: 0
domains:
  - name: BR
    mode: map-t
    role: br
    tun:
      name: mapt0
    rules:
      - BR-1
    dmr-ipv6-prefix: 64:ff9b::/96
    mtu:
      lowest-ipv6: 1400
    udp-zero-checksum: compute
`,
    valid: true,
    findings: [
      "warning not-imported global.rfc6791v4-prefix",
      "warning not-imported global.mtu-plateaus",
      "warning system-ports rules.BR-1.psid-offset",
      "warning dmr-not-64 domains[0].dmr-ipv6-prefix",
      "warning no-error-source domains[0].icmp.ipv4-sources",
    ],
  },
  SOFTWIRE: {
    configuration: `# Imported from RFC 8676 (ietf-softwire) JSON by mapctl import; check it before use.
# warning: br-instances.algorithm.algo-instance[1]: "off" is not enabled

rules:
  # br-instances.algorithm.algo-instance[0]: 65536 CEs, 256 on an address, 252 ports each
  metro:
    rule-ipv6-prefix: 2001:db8::/40
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 16
    psid-offset: 6
    psid-len: 8
    forwarding: true
  # br-instances.binding.bind-instance[0].binding-table.binding-entry[0]: 1 CE of 256 on its address, 256 ports
  lw-1:
    rule-ipv6-prefix: 2001:db8:77::1/128
    rule-ipv4-prefix: 198.51.100.1/32
    ea-len: 0
    psid-offset: 0
    psid-len: 8
    psid: 52
domains:
  # br-instances.algorithm.algo-instance[0]
  - name: metro
    mode: map-e
    role: br
    tun:
      name: mape0
    rules:
      - metro
    br-ipv6-addr: 2001:db8:ffff::1
  # br-instances.binding.bind-instance[0].binding-table.binding-entry[0]
  - name: lw
    mode: map-e
    role: br
    tun:
      name: mape1
    rules:
      - lw-1
    br-ipv6-addr: 2001:db8:ffff::2
    hairpin: false
    mtu:
      ipv6: 1500
      ipv4: 1460
    icmp:
      rate-limit: 50
      unreachables: false
`,
    valid: true,
    findings: [
      "warning not-imported br-instances.algorithm.algo-instance[1]",
      "warning iid-overwritten rules.lw-1.ea-len",
    ],
  },
  HB46PP: {
    configuration: `# Imported from HB46PP provisioning JSON by mapctl import; check it before use.
# warning: dslite: dslite is neither MAP-E nor MAP-T
# warning: map_t: \`order\` prefers another; a CE has one of them

rules:
  # map_e.rules[0]: 65536 CEs, 256 on an address, 240 ports each
  rule-1:
    rule-ipv6-prefix: 2001:db8::/40
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 16
    psid-offset: 4
    iid: draft-03
    forwarding: true
  # map_e.rules[1]: 65536 CEs, 256 on an address, 240 ports each
  rule-2:
    rule-ipv6-prefix: 2001:db8:9000::/40
    rule-ipv4-prefix: 203.0.113.0/24
    ea-len: 16
    psid-offset: 4
    iid: draft-03
    forwarding: true
domains:
  # map_e
  - name: map-e
    mode: map-e
    role: ce
    tun:
      name: mape0
    rules:
      - rule-1
      - rule-2
    br-ipv6-addr: 2001:db8:ffff::1
    end-user-ipv6-prefix: 2001:db8:12:3400::/56
`,
    valid: true,
    findings: ["warning not-imported dslite", "warning not-imported map_t"],
  },
};
