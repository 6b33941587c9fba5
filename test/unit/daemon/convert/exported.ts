/** A configuration that no other program has all words for, and what each of them gets. */
import { DMR_STYLE } from "../../../../src/convert/nat46-style.js";

export const CONFIGURATION = `
rules:
  metro: { rule-ipv6-prefix: "2001:db8::/40", rule-ipv4-prefix: 192.0.2.0/24, ea-len: 16, forwarding: true }
  early: { rule-ipv6-prefix: "2001:db8:9000::/40", rule-ipv4-prefix: 198.51.100.0/24, ea-len: 16, psid-offset: 4, iid: draft-03 }
  single: { rule-ipv6-prefix: "2001:db8:7712:3400::/56", rule-ipv4-prefix: 203.0.113.18/32, ea-len: 0, psid-len: 8, psid: 52 }
  unused: { rule-ipv6-prefix: "2001:db8:a000::/40", rule-ipv4-prefix: 203.0.113.0/25, ea-len: 8 }
domains:
  - name: home
    mode: map-t
    role: ce
    tun: { name: mapt0 }
    rules: [metro]
    dmr-ipv6-prefix: 2001:db8:ffff::/64
    end-user-ipv6-prefix: 2001:db8:12:3400::/56
    nat44: { reserve: [1232] }
  - name: relay
    mode: map-e
    role: br
    tun: { name: mape0, queues: 2 }
    rules: [early, single]
    br-ipv6-addr: ["2001:db8:fffe::1", "2001:db8:fffe::2"]
    mtu: { ipv6: 1600 }
`;

export interface Exported {
  readonly text: string;
  /** `code path: message` */
  readonly findings: readonly string[];
}

export const EXPORTED: Readonly<Record<string, Exported>> = {
  rfc8676: {
    text: `{
  "ietf-softwire-br:br-instances": {
    "algorithm": {
      "algo-instance": [
        {
          "name": "early",
          "enable": true,
          "br-ipv6-addr": "2001:db8:fffe::1",
          "ea-len": 16,
          "rule-ipv6-prefix": "2001:db8:9000::/40",
          "rule-ipv4-prefix": "198.51.100.0/24",
          "forwarding": false,
          "port-set": {
            "psid-offset": 4,
            "psid-len": 8,
            "psid": 0
          }
        },
        {
          "name": "single",
          "enable": true,
          "br-ipv6-addr": "2001:db8:fffe::1",
          "ea-len": 0,
          "rule-ipv6-prefix": "2001:db8:7712:3400::/56",
          "rule-ipv4-prefix": "203.0.113.18/32",
          "forwarding": false,
          "port-set": {
            "psid-offset": 6,
            "psid-len": 8,
            "psid": 52
          }
        }
      ]
    }
  },
  "ietf-interfaces:interfaces": {
    "interface": [
      {
        "name": "mapt0",
        "type": "iana-tunnel-type:aplusp",
        "ietf-softwire-ce:softwire-payload-mtu": 1480,
        "ietf-softwire-ce:softwire-path-mru": 1500,
        "ietf-softwire-ce:algo-instances": {
          "algo-instance": [
            {
              "name": "metro",
              "enable": true,
              "dmr-ipv6-prefix": "2001:db8:ffff::/64",
              "ea-len": 16,
              "rule-ipv6-prefix": "2001:db8::/40",
              "rule-ipv4-prefix": "192.0.2.0/24",
              "forwarding": true
            }
          ]
        }
      }
    ]
  }
}
`,
    findings: [
      "not-exported domains[1].br-ipv6-addr: the first address is written, the others are not",
      "not-exported domains[1].tun.queues: has no counterpart there",
      "not-exported domains[1].mtu.ipv6: has no counterpart there",
      "not-exported rules.early.iid: the interface identifier of draft-03 cannot be written",
      "not-exported domains[0].end-user-ipv6-prefix: has no counterpart there",
      "not-exported domains[0].nat44.reserve: has no counterpart there",
      "not-exported rules.unused: no domain uses it",
    ],
  },
  uci: {
    text: `config interface 'home'
	option proto 'map'
	option type 'map-t'
	option rule 'fmr,type=map-t,ealen=16,prefix4len=24,prefix6len=40,ipv4prefix=192.0.2.0,ipv6prefix=2001:db8::,psidlen=8,offset=6,dmr=2001:db8:ffff::/64'
	option mtu '1480'

config interface 'relay'
	option proto 'map'
	option type 'map-e'
	option legacymap '1'
	option rule 'type=map-e,ealen=16,prefix4len=24,prefix6len=40,ipv4prefix=198.51.100.0,ipv6prefix=2001:db8:9000::,psidlen=8,offset=4,br=2001:db8:fffe::1 type=map-e,ealen=0,prefix4len=32,prefix6len=56,ipv4prefix=203.0.113.18,ipv6prefix=2001:db8:7712:3400::,psidlen=8,psid=13312,offset=6,br=2001:db8:fffe::1'
`,
    findings: [
      "not-exported domains[0].end-user-ipv6-prefix: has no counterpart there",
      "not-exported domains[0].nat44.reserve: has no counterpart there",
      'other-end domains[1]: "relay" is a BR; what is written is the CE at its other end',
      "not-exported domains[1].br-ipv6-addr: the first address is written, the others are not",
      "not-exported domains[1].tun.queues: has no counterpart there",
      "not-exported domains[1].mtu.ipv6: has no counterpart there",
      "not-exported rules.single.iid: legacymap is one for all rules of a section, and another rule's is written",
      "not-exported rules.unused: no domain uses it",
    ],
  },
  vpp: {
    text: `map add domain ip4-pfx 192.0.2.0/24 ip6-pfx 2001:db8::/40 ip6-src 2001:db8:ffff::/64 ea-bits-len 16 psid-offset 6 psid-len 8 mtu 1500 tag metro
map add domain ip4-pfx 198.51.100.0/24 ip6-pfx 2001:db8:9000::/40 ip6-src 2001:db8:fffe::1 ea-bits-len 16 psid-offset 4 psid-len 8 mtu 1600 tag early
map add domain ip4-pfx 203.0.113.18/32 ip6-pfx 2001:db8:7712:3400::/56 ip6-src 2001:db8:fffe::1 ea-bits-len 0 psid-offset 6 psid-len 8 mtu 1600 tag single
map add rule index 2 psid 52 ip6-dst 2001:db8:7712:3400:0:cb00:7112:34
`,
    findings: [
      "not-exported domains[0].end-user-ipv6-prefix: has no counterpart there",
      "not-exported domains[0].nat44.reserve: has no counterpart there",
      'other-end domains[0]: "home" is a CE; what is written is the BR at its other end',
      "by-hand domains[0]: on the interfaces of both sides: map interface NAME map-t",
      "not-exported rules.metro.forwarding: that it is a forwarding rule cannot be written",
      "not-exported domains[1].tun.queues: has no counterpart there",
      "not-exported domains[1].br-ipv6-addr: the first address is written, the others are not",
      "by-hand domains[1]: on the interfaces of both sides: map interface NAME",
      "not-exported rules.early.iid: the interface identifier of draft-03 cannot be written",
      "not-exported rules.single.rule-ipv6-prefix: VPP has the CE's MAP address 2001:db8:7712:3400:0:cb00:7112:34 for its prefix",
      "not-exported rules.unused: no domain uses it",
    ],
  },
  jool: {
    text: `{
  "instance": "home",
  "framework": "netfilter",
  "global": {
    "pool6": "2001:db8:ffff::/64",
    "map-t-type": "CE",
    "end-user-ipv6-prefix": "2001:db8:12:3400::/56",
    "bmr": {
      "ipv6 prefix": "2001:db8::/40",
      "ipv4 prefix": "192.0.2.0/24",
      "ea-bits length": 16,
      "a": 6
    },
    "lowest-ipv6-mtu": 1280,
    "amend-udp-checksum-zero": true
  },
  "fmrt": [
    {
      "ipv6 prefix": "2001:db8::/40",
      "ipv4 prefix": "192.0.2.0/24",
      "ea-bits length": 16,
      "a": 6
    }
  ]
}
`,
    findings: [
      'not-exported domains[1]: "relay" is map-e, and that program does map-t only',
      'not-exported rules.early: not written: "relay" is left out',
      'not-exported rules.single: not written: "relay" is left out',
      "not-exported domains[0].nat44.reserve: has no counterpart there",
      "not-exported rules.unused: no domain uses it",
    ],
  },
  nat46: {
    text: `echo add mapt0 > /proc/net/nat46/control
echo config mapt0 local.style MAP local.v4 192.0.2.0/24 local.v6 2001:db8::/40 local.ea-len 16 local.psid-offset 6 local.fmr-flag 1 remote.style ${DMR_STYLE} remote.v4 0.0.0.0/0 remote.v6 2001:db8:ffff::/64 remote.ea-len 0 remote.psid-offset 0 > /proc/net/nat46/control
`,
    findings: [
      'not-exported domains[1]: "relay" is map-e, and that program does map-t only',
      'not-exported rules.early: not written: "relay" is left out',
      'not-exported rules.single: not written: "relay" is left out',
      "not-exported domains[0].end-user-ipv6-prefix: has no counterpart there",
      "not-exported domains[0].nat44.reserve: has no counterpart there",
      "not-exported rules.unused: no domain uses it",
    ],
  },
  "rule-string": {
    text: `metro|2001:db8::|40|192.0.2.0|24|16|6
early|2001:db8:9000::|40|198.51.100.0|24|16|4
single|2001:db8:7712:3400::|56|203.0.113.18|32|0|6
`,
    findings: [
      "not-exported domains[0]: rule strings hold rules only, without mode, role and peer",
      "not-exported domains[1]: rule strings hold rules only, without mode, role and peer",
      "not-exported rules.metro.forwarding: that it is a forwarding rule cannot be written",
      "not-exported rules.early.iid: the interface identifier of draft-03 cannot be written",
      "not-exported rules.single.psid: the PSID 52 of a 1:1 rule cannot be written",
      "not-exported rules.unused: no domain uses it",
    ],
  },
  asternos: {
    text: `map enable
map-rule basic-mapping-rule metro rule-ip6-prefix 2001:db8::/40 rule-ip4-prefix 192.0.2.0/24 ea-length 16 psid-len 8 psid-offset 6
map-rule basic-mapping-rule early rule-ip6-prefix 2001:db8:9000::/40 rule-ip4-prefix 198.51.100.0/24 ea-length 16 psid-len 8 psid-offset 4
map-rule basic-mapping-rule single rule-ip6-prefix 2001:db8:7712:3400::/56 rule-ip4-prefix 203.0.113.18/32 ea-length 0 psid-len 8 psid-offset 6
map-rule default-mapping-rule home-dmr ipv6-prefix 2001:db8:ffff::/64
map-rule br-ipv6-address relay-br ipv6-address 2001:db8:fffe::1
map-rule br-ipv6-address relay-br-2 ipv6-address 2001:db8:fffe::2
map-t domain home CE
 basic-mapping-rule metro
 default-mapping-rule home-dmr
 end-user-ipv6-prefix static 2001:db8:12:3400::/56
exit
map-e domain relay BR
 basic-mapping-rule early
 basic-mapping-rule single
 br-ipv6-address relay-br
 br-ipv6-address relay-br-2
exit
`,
    findings: [
      "not-exported rules.metro.forwarding: that it is a forwarding rule cannot be written",
      "not-exported rules.early.iid: the interface identifier of draft-03 cannot be written",
      "not-exported rules.single.psid: the PSID 52 of a 1:1 rule cannot be written",
      "not-exported domains[0].nat44.reserve: has no counterpart there",
      "not-exported domains[1].tun.queues: has no counterpart there",
      "not-exported domains[1].mtu.ipv6: has no counterpart there",
      "by-hand domains[1]: the vendor's guide shows one rule and one BR address a domain; several are bound",
      "not-exported rules.unused: no domain uses it",
    ],
  },
};
