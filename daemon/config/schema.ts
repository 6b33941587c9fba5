/**
 * The one source of the configuration's shape: types, defaults, JSON Schema and docs/configuration.md
 * come from here. What keys mean together is judged in `check-*.ts`.
 *
 * Every key carries a description; `requires-restart` marks one that a reload refuses to change, and
 * `default-text` describes a default that depends on other keys.
 */
import { z } from "zod";
import {
  absolutePath,
  hostPort,
  ipv4Address,
  ipv4Prefix,
  ipv6Address,
  ipv6Prefix,
} from "./fields.js";
import { announce, domainAnnounce, drainFile, drainTimeout } from "./schema-announce.js";
import {
  controlSocket,
  controlSocketGroup,
  controlSocketMode,
  controlSocketOperators,
} from "./schema-control.js";
import { nat44 } from "./schema-nat44.js";

/** Names become values of metric labels and words on command lines. */
export const NAME_PATTERN = /^[A-Za-z0-9_().-]{1,63}$/;
/** IFNAMSIZ is 16 with its final zero; `%` would make the kernel choose a number. */
export const TUN_NAME_PATTERN = /^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,15}$/;
/** What a Host header can hold beside a port. */
const HOST_PATTERN = /^[A-Za-z0-9_.:-]{1,253}$/;
/** The kernel's MAX_TAP_QUEUES (drivers/net/tun.c). */
const MAX_QUEUES = 256;

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

const name = z.string().regex(NAME_PATTERN, "must be 1 to 63 letters, digits and _().-");

const rule = z
  .strictObject({
    "rule-ipv6-prefix": ipv6Prefix().meta({
      description: "Rule IPv6 prefix of the MAP rule (RFC 7597 §5).",
      examples: ["2001:db8::/40"],
    }),
    "rule-ipv4-prefix": ipv4Prefix().meta({
      description: "Rule IPv4 prefix of the MAP rule (RFC 7597 §5).",
      examples: ["192.0.2.0/24"],
    }),
    "ea-len": z.int().meta({
      description: "Embedded address bits: IPv4 suffix and PSID together (RFC 7597 §5.2).",
      minimum: 0,
      maximum: 48,
      examples: [16],
    }),
    "psid-offset": z.int().default(6).meta({
      description:
        "PSID offset a. 6 keeps the system ports 0-1023 out of every set, 0 makes each set one range (RFC 7597 §5.1).",
      minimum: 0,
      maximum: 15,
    }),
    "psid-len": z.int().optional().meta({
      description:
        "PSID length k. Derived from `ea-len`, and refused where it contradicts it; needed only beside `psid`.",
      minimum: 0,
      maximum: 16,
      "default-text": "derived",
    }),
    psid: z
      .int()
      .optional()
      .meta({
        description: "Provisioned PSID of a 1:1 rule; only with `ea-len: 0` and `psid-len`.",
        minimum: 0,
        maximum: 65535,
        examples: [0x34],
        "default-text": "none",
      }),
    iid: z.enum(["rfc7597", "draft-03"]).default("rfc7597").meta({
      description:
        "Interface identifier: RFC 7597 §6, or the one of draft-ietf-softwire-map-03 that Japanese services use.",
    }),
    forwarding: z.boolean().default(false).meta({
      description:
        "True: also a forwarding mapping rule, so that CEs speak to each other directly (mesh).",
    }),
  })
  .meta({ description: "A mapping rule." });

const tun = z
  .strictObject({
    name: z
      .string()
      .regex(TUN_NAME_PATTERN, "must be 1 to 15 letters, digits and _.- (the kernel's limit)")
      .meta({
        description: "Name of the TUN device.",
        examples: ["mapt0"],
        "requires-restart": true,
      }),
    queues: z.int().min(1).max(MAX_QUEUES).default(1).meta({
      description: "Queues of the device, one worker thread each. A CE with NAT44 has exactly 1.",
      "requires-restart": true,
    }),
    offload: z.enum(["auto", "off"]).default("auto").meta({
      description:
        "Segmentation and checksum offloads of the device, as far as the kernel has them.",
      "requires-restart": true,
    }),
    attach: z.boolean().default(false).meta({
      description: "True: use a device that somebody else has made, and leave it when mapd ends.",
      "requires-restart": true,
    }),
  })
  .meta({ description: "The TUN device; it carries both families." });

const mtu = z
  .strictObject({
    ipv6: z.int().min(1280).max(65535).default(1500).meta({
      description: "Largest IPv6 packet towards the provider's network, bytes (RFC 8200 §5).",
    }),
    ipv4: z.int().min(576).max(65535).optional().meta({
      description: "Largest IPv4 packet on the IPv4 side, bytes.",
      "default-text": "BR: 1500; CE: `mtu.ipv6` - 20 (map-t) or - 40 (map-e)",
    }),
    "lowest-ipv6": z.int().min(1280).max(65535).default(1280).meta({
      description:
        "Size up to which an IPv4 packet without DF is sent as one IPv6 packet, bytes (RFC 7915 §4.1).",
    }),
  })
  .prefault({})
  .meta({ description: "Both sides are settings; nothing is read from the device alone." });

const icmp = z
  .strictObject({
    "ipv4-sources": z
      .array(ipv4Address())
      .default([])
      .meta({
        description:
          "IPv4 sources of ICMPv4 errors whose IPv6 source has no IPv4 address (RFC 6791); without one 192.0.0.8 (RFC 7600).",
        examples: [["203.0.113.8"]],
      }),
    "rate-limit": z.int().min(0).max(1_000_000).default(1000).meta({
      description: "ICMP errors a second that the domain originates (RFC 4443 §2.4); 0 sends none.",
    }),
    unreachables: z.boolean().default(true).meta({
      description:
        "Originate destination unreachable messages; time exceeded and too big always go.",
    }),
  })
  .prefault({})
  .meta({ description: "ICMP errors of the domain's own." });

const domain = z
  .strictObject({
    name: name.meta({
      description: "Name of the domain; label in metrics.",
      examples: ["metro-br"],
    }),
    mode: z.enum(["map-t", "map-e"]).meta({
      description: "Translation (RFC 7599) or encapsulation (RFC 7597).",
      "requires-restart": true,
    }),
    role: z.enum(["ce", "br"]).meta({
      description: "Customer edge or border relay.",
      "requires-restart": true,
    }),
    tun,
    rules: z
      .array(name)
      .min(1)
      .meta({
        description:
          "Names of the domain's rules. On a CE the longest match for `end-user-ipv6-prefix` is the basic mapping rule (RFC 7597 §5).",
        examples: [["metro"]],
      }),
    "dmr-ipv6-prefix": ipv6Prefix()
      .optional()
      .meta({
        description:
          "Default mapping rule, map-t only: length 32, 40, 48, 56, 64 or 96 (RFC 7599 §5.1, RFC 6052 §2.2).",
        examples: ["2001:db8:ffff::/64"],
        "default-text": "none; required with map-t",
      }),
    "br-ipv6-addr": z
      .union([ipv6Address(), z.array(ipv6Address()).min(1)], {
        error: "must be an IPv6 address or a list of them",
      })
      .optional()
      .meta({
        description:
          "Addresses of the BR, map-e only. A BR sends from the first, a CE sends to the first and accepts all.",
        examples: ["2001:db8:ffff::1"],
        "default-text": "none; required with map-e",
      }),
    "end-user-ipv6-prefix": ipv6Prefix()
      .optional()
      .meta({
        description: "The IPv6 prefix delegated to this CE.",
        examples: ["2001:db8:12:3400::/56"],
        "default-text": "none; required on a CE",
      }),
    "local-ipv4-prefixes": z
      .array(ipv4Prefix())
      .optional()
      .meta({
        description: "Inside IPv4 prefixes that the CE's NAT44 takes.",
        examples: [["192.168.1.0/24"]],
        "default-text": "10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16",
      }),
    mtu,
    "mss-clamp": z
      .union([z.enum(["auto", "off"]), z.int().min(536).max(65495)], {
        error: "must be auto, off or a whole number from 536 to 65495",
      })
      .default("auto")
      .meta({
        description: "Upper limit of the TCP MSS option; `auto` derives it from `mtu.ipv6`.",
      }),
    routes: z.enum(["auto", "off"]).default("auto").meta({
      description: "Who installs addresses and routes: mapd, or somebody else (`off`).",
      "requires-restart": true,
    }),
    icmp,
    "udp-zero-checksum": z.enum(["compute", "drop"]).optional().meta({
      description:
        "UDP over IPv4 with checksum zero, on its way to IPv6 (RFC 7915 §4.5); map-t only.",
      "default-text": "CE: compute; BR: drop",
    }),
    "traffic-class": z
      .union([z.literal("copy"), z.int().min(0).max(255)], {
        error: "must be copy or a whole number from 0 to 255",
      })
      .default("copy")
      .meta({ description: "TOS and traffic class: copied, or this number (RFC 7915 §4.1)." }),
    "decrement-ttl": z.boolean().default(true).meta({
      description: "Decrement TTL and hop limit, as a router does.",
    }),
    hairpin: z.boolean().default(true).meta({
      description: "BR: let CEs reach each other through it (RFC 7597 §8.1).",
    }),
    announce: domainAnnounce,
    "rule-counters": z.boolean().default(false).meta({
      description: "BR: count the packets of each rule, for `mapctl rules` and metrics.",
    }),
    fragmentation: z.enum(["outer", "inner"]).default("outer").meta({
      description:
        "map-e: which packet is fragmented when the two together are too big (RFC 7597 §8.3).",
    }),
    nat44,
  })
  .meta({ description: "A MAP domain: one device, one role, one mode." });

export const ruleSchema = rule;
export const domainSchema = domain;

export const configSchema = z
  .strictObject({
    "control-socket": controlSocket,
    "control-socket-mode": controlSocketMode,
    "control-socket-group": controlSocketGroup,
    "control-socket-operators": controlSocketOperators,
    http: z
      .strictObject({
        listen: hostPort()
          .prefault("127.0.0.1:9464")
          .meta({
            description:
              "Address and port for /metrics, /livez, /readyz, the page and its API; IPv6 in brackets.",
            examples: ["[::1]:9464"],
            "requires-restart": true,
          }),
        hosts: z
          .array(
            z.string().regex(HOST_PATTERN, "must be a host name or an address without brackets"),
          )
          .default([])
          .meta({
            description:
              "Names under which browsers reach the page, beside localhost and the address itself; others are refused (DNS rebinding).",
            examples: [["br1.example.net"]],
          }),
        "token-file": absolutePath
          .nullable()
          .default(null)
          .meta({
            description:
              "File that holds the bearer token of /api/, read at the start and at a reload. null: the API answers on loopback alone.",
            examples: ["/etc/mapd/http-token"],
          }),
      })
      .nullable()
      .prefault({})
      .meta({ description: "HTTP server; null turns it off." }),
    log: z
      .strictObject({
        level: z.enum(LOG_LEVELS).default("info").meta({
          description: "Least severe level that is logged.",
        }),
      })
      .prefault({})
      .meta({ description: "Log on standard error." }),
    "state-file": absolutePath
      .nullable()
      .default(null)
      .meta({
        description:
          "File that keeps the sessions of NAT44 while mapd is restarted; written every minute and when mapd stops, for its owner alone. null: they are lost.",
        examples: ["/var/lib/mapd/state"],
      }),
    announce,
    "drain-timeout": drainTimeout,
    "drain-file": drainFile,
    rules: z.record(name, rule).default({}).meta({
      description: "Mapping rules by name, used by the domains.",
    }),
    domains: z.array(domain).min(1).meta({ description: "MAP domains that this daemon serves." }),
  })
  .meta({ title: "mapd configuration", description: "Configuration of mapd." });

export type ConfigDocument = z.output<typeof configSchema>;
export type RuleDocument = z.output<typeof ruleSchema>;
export type DomainDocument = z.output<typeof domainSchema>;
export type Nat44Document = DomainDocument["nat44"];
