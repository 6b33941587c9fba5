/** What formats that hold rules get of the configuration in exported.ts. */
import type { Exported } from "./exported.js";

export const EXPORTED_RULES: Readonly<Record<string, Exported>> = {
  mapcalc: {
    text: `fmr,type=map-t,ealen=16,prefix4len=24,prefix6len=40,ipv4prefix=192.0.2.0,ipv6prefix=2001:db8::,psidlen=8,offset=6,dmr=2001:db8:ffff::/64
type=map-e,ealen=16,prefix4len=24,prefix6len=40,ipv4prefix=198.51.100.0,ipv6prefix=2001:db8:9000::,psidlen=8,offset=4,br=2001:db8:fffe::1
type=map-e,ealen=0,prefix4len=32,prefix6len=56,ipv4prefix=203.0.113.18,ipv6prefix=2001:db8:7712:3400::,psidlen=8,psid=13312,offset=6,br=2001:db8:fffe::1
`,
    findings: [
      "not-exported domains[0].end-user-ipv6-prefix: has no counterpart there",
      "not-exported domains[0].nat44.reserve: has no counterpart there",
      'other-end domains[1]: "relay" is a BR; what is written is the CE at its other end',
      "not-exported domains[1].br-ipv6-addr: the first address is written, the others are not",
      "not-exported domains[1].tun.queues: has no counterpart there",
      "not-exported domains[1].mtu.ipv6: has no counterpart there",
      "not-exported rules.early.iid: the interface identifier of draft-03 cannot be written",
      "not-exported rules.unused: no domain uses it",
    ],
  },
  rule: {
    text: `2001:db8::/40 192.0.2.0/24 16 6 8
2001:db8:9000::/40 198.51.100.0/24 16 4 8
2001:db8:7712:3400::/56 203.0.113.18/32 0 6 8 52
`,
    findings: [
      "not-exported domains[0]: lines of rules have neither mode, role nor peer",
      "not-exported domains[1]: lines of rules have neither mode, role nor peer",
      "not-exported rules.metro.forwarding: that it is a forwarding rule cannot be written",
      "not-exported rules.early.iid: the interface identifier of draft-03 cannot be written",
      "not-exported rules.unused: no domain uses it",
    ],
  },
  csv: {
    text: `name,rule-ipv6-prefix,rule-ipv4-prefix,ea-len,psid-offset,psid-len,psid,iid,forwarding,mode,role,dmr,br
metro,2001:db8::/40,192.0.2.0/24,16,6,8,,rfc7597,true,map-t,ce,2001:db8:ffff::/64,
early,2001:db8:9000::/40,198.51.100.0/24,16,4,8,,draft-03,false,map-e,br,,2001:db8:fffe::1
single,2001:db8:7712:3400::/56,203.0.113.18/32,0,6,8,52,rfc7597,false,map-e,br,,2001:db8:fffe::1
`,
    findings: [
      "not-exported domains[0].end-user-ipv6-prefix: has no counterpart there",
      "not-exported domains[0].nat44.reserve: has no counterpart there",
      "not-exported domains[1].tun.queues: has no counterpart there",
      "not-exported domains[1].mtu.ipv6: has no counterpart there",
      "not-exported domains[1].br-ipv6-addr: the first address is written, the others are not",
      "not-exported rules.unused: no domain uses it",
    ],
  },
  "map-rules": {
    text: `{
  "basicMapRules": [
    {
      "brIpv6Address": "2001:db8:fffe::1",
      "eaBitLength": 16,
      "ipv4Prefix": "198.51.100.0",
      "ipv4PrefixLength": 24,
      "ipv6Prefix": "2001:db8:9000::",
      "ipv6PrefixLength": 40,
      "psIdOffset": 4
    },
    {
      "brIpv6Address": "2001:db8:fffe::1",
      "eaBitLength": 0,
      "ipv4Prefix": "203.0.113.18",
      "ipv4PrefixLength": 32,
      "ipv6Prefix": "2001:db8:7712:3400::",
      "ipv6PrefixLength": 56,
      "psIdOffset": 6
    }
  ]
}
`,
    findings: [
      'not-exported domains[0]: "home" is map-t, and that program does map-e only',
      'not-exported rules.metro: not written: "home" is left out',
      "not-exported domains[1].tun.queues: has no counterpart there",
      "not-exported domains[1].mtu.ipv6: has no counterpart there",
      "not-exported domains[1].br-ipv6-addr: the first address is written, the others are not",
      "not-exported rules.single.psid: the PSID 52 of a 1:1 rule cannot be written",
      "not-exported rules.single.iid: the form names no interface identifier; its readers take draft-03",
      "not-exported rules.unused: no domain uses it",
    ],
  },
  hb46pp: {
    text: `{
  "order": [
    "map_t",
    "map_e"
  ],
  "map_t": {
    "mesh": true,
    "dmr": "2001:db8:ffff::/64",
    "rules": [
      {
        "ipv6": "2001:db8::/40",
        "ipv4": "192.0.2.0/24",
        "ea_length": 16,
        "psid_offset": 6
      }
    ]
  },
  "map_e": {
    "version": 0,
    "mesh": false,
    "br": "2001:db8:fffe::1",
    "rules": [
      {
        "ipv6": "2001:db8:9000::/40",
        "ipv4": "198.51.100.0/24",
        "ea_length": 16,
        "psid_offset": 4
      },
      {
        "ipv6": "2001:db8:7712:3400::/56",
        "ipv4": "203.0.113.18/32",
        "ea_length": 0,
        "psid_offset": 6
      }
    ]
  }
}
`,
    findings: [
      "not-exported domains[0].end-user-ipv6-prefix: has no counterpart there",
      "not-exported domains[0].nat44.reserve: has no counterpart there",
      'other-end domains[1]: "relay" is a BR; what is written is the CE at its other end',
      "not-exported domains[1].br-ipv6-addr: the first address is written, the others are not",
      "not-exported domains[1].tun.queues: has no counterpart there",
      "not-exported domains[1].mtu.ipv6: has no counterpart there",
      "not-exported rules.single.psid: the PSID 52 of a 1:1 rule cannot be written",
      "not-exported rules.single.iid: version is one for all rules, and another identifier is written",
      "not-exported rules.unused: no domain uses it",
    ],
  },
  dhcp: {
    text: `(005f0026)00590015011018c00002002820010db800005d000406000000005b00094020010db8ffff0000
(005e005c)00590015001018c63364002820010db890005d00040400000000590017000020cb0071123820010db8771234005d000406083400005a001020010db8fffe00000000000000000001005a001020010db8fffe00000000000000000002
`,
    findings: [
      "not-exported domains[0].end-user-ipv6-prefix: has no counterpart there",
      "not-exported domains[0].nat44.reserve: has no counterpart there",
      'other-end domains[1]: "relay" is a BR; what is written is the CE at its other end',
      "not-exported domains[1].tun.queues: has no counterpart there",
      "not-exported domains[1].mtu.ipv6: has no counterpart there",
      "not-exported rules.early.iid: the interface identifier of draft-03 cannot be written",
      "s46-portparams-ignored s46-cont-mape.s46-rule.s46-portparams: a client that ignores option 93 would use offset 6: with PSID 0x01 it would send from 1028-1031, 2052-2055, 3076-3079, ..., here ports that belong to nobody; check that the clients read option 93",
      "not-exported rules.unused: no domain uses it",
    ],
  },
};
