/** Configurations of other programs, written for these tests by what their manuals and sources say of the form. */
import { DMR_STYLE } from "../../../src/convert/nat46-style.js";

/** The vendor guide's example, with names of our own where the guide's do not matter. */
const ASTERNOS_EXAMPLE = `sonic# configure terminal
sonic(config)# map-rule basic-mapping-rule bmr1 rule-ip6-prefix 2001:db8:1012::/48 rule-ip4-prefix 192.0.2.0/24 ea-length 16 psid-len 8 psid-offset 4
sonic(config)# map-rule br-ipv6-address br1 ipv6-address 2001:db8:1012:1234::10/64
sonic(config)# map-e domain d1 BR
sonic(config-map-e-domain)# basic-mapping-rule bmr1
sonic(config-map-e-domain)# br-ipv6-address br1
sonic(config-map-e-domain)# exit
sonic(config)# interface ethernet 13
sonic(config-if-13)# ip address 192.0.2.1/24
sonic(config-if-13)# nat64 map-zone-br enable
sonic(config-if-13)# exit
sonic(config)# interface ethernet 14
sonic(config-if-14)# ip address 2001:db8:1012:1234::1/64
sonic(config-if-14)# nat64 map-zone-br enable
`;

/** Every command of the vendor guide. */
const ASTERNOS_ALL = `map enable
map-rule basic-mapping-rule metro rule-ip6-prefix 2001:db8::/40 rule-ip4-prefix 192.0.2.0/24 ea-length 16 psid-len 8 psid-offset 6
map-rule basic-mapping-rule spare rule-ip6-prefix 2001:db8:9000::/40 rule-ip4-prefix 203.0.113.0/24 ea-length 8 psid-len 0 psid-offset 0
map-rule br-ipv6-address br ipv6-address 2001:db8:ffff::1
map-rule default-mapping-rule dmr ipv6-prefix 2001:db8:fffe::/64
map-rule local-ipv4-prefix lan
 192.168.1.0/24
 192.168.2.0/24
!
map-e domain tunnel CE
 basic-mapping-rule metro
 br-ipv6-address br
 local-ipv4-prefix-rule lan
 end-user-ipv6-prefix static 2001:db8:12:3400::/56
!
map-t domain relay BR
 basic-mapping-rule metro
 default-mapping-rule dmr
!
show map interface role CE
show map-e domain name tunnel
show map-t statistics role BR
snmp-server community public
`;

const UCI = `
config interface 'lan'
	option device 'br-lan'
	option proto 'static'

config interface 'wan_map'
	option proto 'map'
	option type 'map-e'
	option maptype 'map-e'
	option ip6prefix '2001:db8:1000::'
	option ip6prefixlen '40'
	option ipaddr '192.0.2.0'
	option ip4prefixlen '24'
	option ealen '16'
	option psidlen '8'
	option offset '4'
	option legacymap '1'
	option peeraddr '2001:db8:ffff::1'
	option tunlink 'wan6'
	option encaplimit 'ignore'
	option mtu '1460'

config interface 'dslite'
	option proto 'dslite'
`;

const UCI_SHOW = `root@OpenWrt:~# uci show network
network.map=interface
network.map.proto='map'
network.map.type='map-t'
network.map.rule='type=map-t,ealen=16,prefix4len=24,prefix6len=40,ipv4prefix=192.0.2.0,ipv6prefix=2001:db8::,offset=6,dmr=2001:db8:ffff::/64' 'fmr,type=map-t,ealen=8,prefix4len=24,prefix6len=40,ipv4prefix=198.51.100.0,ipv6prefix=2001:db8:9000::,dmr=2001:db8:ffff::/64'
`;

/** lw4o6: PSID 0x34 of 8 bits, left-justified as mapcalc wants it. */
const UCI_LW4O6 = `
config interface 'lw'
	option proto 'map'
	option type 'lw4o6'
	option ip6prefix '2001:db8:12:3400::'
	option ip6prefixlen '56'
	option ipaddr '192.0.2.18'
	option psidlen '8'
	option psid '0x3400'
	option peeraddr '2001:db8:ffff::1'
`;

/** As odhcp6c gives it; its PSID length 0 says that there is no PSID. */
const ODHCP6C = `MAPE="type=map-e,ealen=16,prefix4len=24,prefix6len=40,ipv4prefix=192.0.2.0,ipv6prefix=2001:db8::,psidlen=0,psid=0,offset=6,br=2001:db8:ffff::1,br=2001:db8:ffff::2 "
MAPT="fmr,type=map-t,ealen=16,prefix4len=24,prefix6len=40,ipv4prefix=192.0.2.0,ipv6prefix=2001:db8::,dmr=2001:db8:fffe::/64 "
`;

/** The PSID is written as it is, not left-justified: the real-world slip. */
const MAPCALC_SLIP =
  "type=map-e,ealen=0,prefix4len=32,prefix6len=56,ipv4prefix=192.0.2.18,ipv6prefix=2001:db8:12:3400::,psidlen=8,psid=52,offset=6,br=2001:db8:ffff::1,mtu=1460\n";

const RULE_STRINGS = `example_1|2001:DB8::|46|192.168.0.0|24|14|6 (IPs-256, SHR-64, USRS-16384, PTS-1008, XPTS-1024)
example_1|2001:db8:4::|46|192.168.1.0|24|14|6
`;

const VPP = `vpp# map add domain ip4-pfx 192.0.2.0/24 ip6-pfx 2001:db8::/40 ip6-src 2001:db8:ffff::1 ea-bits-len 16 psid-offset 6 psid-len 8 mtu 1500 tag metro
vpp# map add domain ip4-pfx 203.0.113.18/32 ip6-pfx ::/0 ip6-src 2001:db8:ffff::1 ea-bits-len 0 psid-offset 6 psid-len 8 mtu 1500
vpp# map add rule index 1 psid 52 ip6-dst 2001:db8:77:3400:0:cb00:7112:34
vpp# map params fragment inner ignore-df
vpp# map params traffic-class 0x12
vpp# map params tcp-mss 1400
vpp# map params icmp source-address 203.0.113.1
vpp# map params icmp6 unreachables off
vpp# map params security-check off
vpp# map params pre-resolve ip4-nh 10.0.0.1
vpp# map interface GigabitEthernet0/8/0
vpp# set interface state GigabitEthernet0/8/0 up
`;

const VPP_T = `map add domain ip4-pfx 192.0.2.0/24 ip6-pfx 2001:db8::/40 ip6-src 2001:db8:ffff::/64 ea-bits-len 16 psid-len 7
map interface eth0
`;

const NAT46_CE = `echo add map-wan > /proc/net/nat46/control
echo config map-wan local.style MAP0 local.v4 192.0.2.0/24 local.v6 2001:db8::/40 local.ea-len 16 local.psid-offset 4 remote.v4 0.0.0.0/0 remote.v6 2001:db8:ffff::/64 remote.style ${DMR_STYLE} remote.ea-len 0 remote.psid-offset 0 debug 1 > /proc/net/nat46/control
echo insert map-wan remote.style MAP0 remote.v4 198.51.100.0/24 remote.v6 2001:db8:9000::/40 remote.ea-len 8 remote.psid-offset 4 > /proc/net/nat46/control
`;

const NAT46_BR = `add nat46
config nat46 local.style ${DMR_STYLE} local.v4 0.0.0.0/0 local.v6 2001:db8:ffff::/96 remote.style MAP remote.v4 192.0.2.0/24 remote.v6 2001:db8::/40 remote.ea-len 16
`;

const JOOL_BR = `{
  "instance": "BR",
  "framework": "netfilter",
  "comment": "by hand",
  "global": {
    "pool6": "64:ff9b::/96",
    "lowest-ipv6-mtu": 1400,
    "amend-udp-checksum-zero": true,
    "rfc6791v4-prefix": "203.0.113.0/24",
    "mtu-plateaus": [1500, 1280]
  },
  "fmrt": [
    { "ipv6 prefix": "2001:db8:ce::/51", "ipv4 prefix": "192.0.2.0/24", "ea-bits length": 13, "a": 0 }
  ]
}
`;

const JOOL_CE = `user@CE11b:~# /sbin/modprobe jool_mapt
user@CE11b:~# jool_mapt instance add "CE 11b" --netfilter --dmr 64:ff9b::/96
user@CE11b:~# jool_mapt -i "CE 11b" global update end-user-ipv6-prefix 2001:db8:ce:11b::/64
user@CE11b:~# jool_mapt -i "CE 11b" global update bmr 2001:db8:ce::/51 192.0.2.0/24 13 0
user@CE11b:~# jool_mapt -i "CE 11b" global update lowest-ipv6-mtu 1500
`;

const SOFTWIRE = `{
  "ietf-softwire-br:br-instances": {
    "algorithm": {
      "algo-instance": [
        {
          "name": "metro", "enable": true,
          "algo-versioning": { "version": "1" },
          "br-ipv6-addr": "2001:db8:ffff::1",
          "ea-len": 16, "rule-ipv6-prefix": "2001:db8::/40", "rule-ipv4-prefix": "192.0.2.0/24",
          "forwarding": true,
          "port-set": { "psid-offset": 6, "psid-len": 8, "psid": 0 }
        },
        {
          "name": "off", "enable": false, "br-ipv6-addr": "2001:db8:ffff::1",
          "ea-len": 8, "rule-ipv6-prefix": "2001:db8:9000::/40", "rule-ipv4-prefix": "203.0.113.0/24",
          "forwarding": false, "port-set": { "psid-len": 0, "psid": 0 }
        }
      ]
    },
    "binding": {
      "bind-instance": [
        {
          "name": "lw", "softwire-num-max": 10, "softwire-payload-mtu": 1460, "softwire-path-mru": 1500,
          "enable-hairpinning": false,
          "binding-table": {
            "binding-entry": [
              {
                "binding-ipv6info": "2001:db8:77::1", "binding-ipv4-addr": "198.51.100.1",
                "port-set": { "psid-offset": 0, "psid-len": 8, "psid": 52 },
                "br-ipv6-addr": "2001:db8:ffff::2"
              }
            ]
          },
          "icmp-policy": {
            "icmpv4-errors": { "allow-incoming-icmpv4": true, "generate-icmpv4-errors": false },
            "icmpv6-errors": { "icmpv6-rate": 50 }
          }
        }
      ]
    }
  }
}
`;

const HB46PP = `{
  "enabler_name": "Example", "service_name": "v6", "ttl": 86400, "order": ["dslite", "map_e", "map_t"],
  "dslite": { "aftr": "2001:db8::aaaa" },
  "map_t": { "dmr": "2001:db8:fffe::/64", "rules": [] },
  "map_e": {
    "version": 0, "br": "2001:db8:ffff::1", "mesh": true,
    "rules": [
      { "ipv6": "2001:db8::/40", "ipv4": "192.0.2.0/24", "ea_length": 16, "psid_offset": 4 },
      { "ipv6": "2001:db8:9000::/40", "ipv4": "203.0.113.0/24", "ea_length": "16", "psid_offset": 4 }
    ]
  }
}
`;

/** A rule database as it may be found: one row repeats a prefix, one has host bits and no BR. */
const MAP_RULES = `{
  "basicMapRules": [
    {
      "brIpv6Address": "2001:db8:ffff::9", "eaBitLength": "18", "ipv4Prefix": "203.0.96.0", "ipv4PrefixLength": "20",
      "ipv6Prefix": "2001:db8:e000::", "ipv6PrefixLength": "38", "psIdOffset": "6"
    },
    {
      "brIpv6Address": "2001:db8:ffff::9", "eaBitLength": 18, "ipv4Prefix": "203.0.112.0", "ipv4PrefixLength": 20,
      "ipv6Prefix": "2001:db8:e000::", "ipv6PrefixLength": 38, "psIdOffset": 6
    },
    {
      "eaBitLength": 25, "ipv4Prefix": "198.18.128.0", "ipv4PrefixLength": 15,
      "ipv6Prefix": "2001:db8:f000:1000::", "ipv6PrefixLength": 36, "psIdOffset": 4, "since": "2024"
    }
  ]
}
`;

const CSV = `# by hand
name;ipv6-prefix;ipv4-prefix;EA length;offset;fmr;br;remark
metro;2001:db8::/40;192.0.2.0/24;16;6;yes;2001:db8:ffff::1;"first; of two"
;2001:db8:8000::/40;203.0.113.0/24;8;;no;2001:db8:ffff::1;
broken;2001:db8:9000::/40;;8;;;;
`;

const RULE_LINES = `# two rules
2001:db8::/40 192.0.2.0/24 16 6 8
'2001:db8:12:3400::/56 192.0.2.18/32 0 6 8 0x34'
2001:db8:9000::/40 198.51.100.0/24 sixteen
`;

const DHCP =
  "new_dhcp6_s46_cont_mapt=0:59:0:15:1:10:18:c0:0:2:0:28:20:1:d:b8:0:0:5d:0:4:4:0:0:0:0:5b:0:9:40:20:1:d:b8:ca:fe:0:0\n";

export const TEXTS = {
  ASTERNOS_EXAMPLE,
  ASTERNOS_ALL,
  UCI,
  UCI_SHOW,
  UCI_LW4O6,
  ODHCP6C,
  MAPCALC_SLIP,
  RULE_STRINGS,
  VPP,
  VPP_T,
  NAT46_CE,
  NAT46_BR,
  JOOL_BR,
  JOOL_CE,
  SOFTWIRE,
  HB46PP,
  MAP_RULES,
  CSV,
  RULE_LINES,
  DHCP,
} as const;
