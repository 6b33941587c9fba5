/** The part of the configuration's schema that is about a CE's NAT44; see schema.ts. */
import { z } from "zod";
import { forwardTarget, ipv4Address, portRange } from "./fields.js";

const MOST_SESSIONS = 1_000_000;
/** Shortest lifetime that RFC 6887 §15 recommends, and a year, seconds. */
const LEAST_LIFETIME = 120;
const MOST_LIFETIME = 31_536_000;

const forward = z.strictObject({
  protocol: z.enum(["tcp", "udp", "both"]).meta({ description: "Transport protocol." }),
  "external-port": z
    .int()
    .min(1)
    .max(65535)
    .meta({
      description: "Port on the CE's IPv4 address; must be in its port set.",
      examples: [1232],
    }),
  to: forwardTarget().meta({
    description: "Inside address and port.",
    examples: ["192.168.1.10:22"],
  }),
});

const seconds = z.int().min(1).max(1_000_000);

const timeouts = z
  .strictObject({
    udp: seconds.default(300).meta({ description: "UDP, seconds (RFC 4787 §4.3)." }),
    "tcp-established": seconds
      .default(7440)
      .meta({ description: "Established TCP connections, seconds (RFC 5382 §5)." }),
    "tcp-transitory": seconds
      .default(240)
      .meta({ description: "TCP connections that open or close, seconds (RFC 5382 §5)." }),
    "tcp-opening": seconds.optional().meta({
      description: "TCP connections that open, seconds (RFC 7857 §2.1).",
      "default-text": "`tcp-transitory`",
    }),
    "tcp-closing": seconds.optional().meta({
      description: "TCP connections that close or were reset, seconds (RFC 7857 §2.1).",
      "default-text": "`tcp-transitory`",
    }),
    icmp: seconds.default(60).meta({ description: "ICMP queries, seconds (RFC 5508 §3.2)." }),
  })
  .prefault({})
  .meta({ description: "How long an idle session lives." });

const pcp = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .meta({ description: "Answer hosts of the LAN that ask for ports (RFC 6887)." }),
    "nat-pmp": z.boolean().default(true).meta({ description: "Answer NAT-PMP, too (RFC 6886)." }),
    listen: z
      .array(ipv4Address())
      .default([])
      .meta({
        description: "IPv4 addresses of the CE to answer on; none: all of them.",
        examples: [["192.168.1.1"]],
      }),
    "third-party": z.boolean().default(false).meta({
      description: "Let a host ask for mappings of another host (RFC 6887 §13.1).",
    }),
    "max-mappings-per-host": z
      .int()
      .min(1)
      .max(65536)
      .default(32)
      .meta({ description: "Most mappings that one host may ask for." }),
    "max-lifetime": z
      .int()
      .min(LEAST_LIFETIME)
      .max(MOST_LIFETIME)
      .default(86_400)
      .meta({ description: "Longest lifetime of a mapping, seconds (RFC 6887 §15)." }),
  })
  .prefault({})
  .meta({ description: "Port Control Protocol and NAT-PMP on the LAN side." });

export const nat44 = z
  .strictObject({
    enabled: z.boolean().optional().meta({
      description:
        "Forced on for a shared address, optional for a whole address, off for a prefix (RFC 7597 §4).",
      "default-text": "true; false where the CE has an IPv4 prefix",
    }),
    filtering: z
      .enum(["auto", "endpoint-independent", "address-dependent", "address-and-port-dependent"])
      .default("auto")
      .meta({
        description:
          "Who may answer. `auto`: address-dependent where the address is shared, else endpoint-independent (RFC 7597 §10).",
      }),
    "tcp-port-reuse": z.enum(["when-exhausted", "always", "never"]).default("when-exhausted").meta({
      description:
        "One external TCP port for several connections to different remote ends: when no port is left, always or never (RFC 7857 §3).",
    }),
    "max-ports-per-host": z.int().min(1).max(65536).nullable().default(null).meta({
      description: "Most ports that one inside host holds at once; null: no limit.",
    }),
    "max-sessions-per-host": z.int().min(1).max(MOST_SESSIONS).nullable().default(null).meta({
      description: "Most sessions that one inside host holds at once; null: no limit.",
    }),
    "max-sessions": z.int().min(1).max(MOST_SESSIONS).optional().meta({
      description:
        "Most sessions held at once; memory is taken for them at the start. Up to 262144 where the address is shared.",
      "default-text": "65536; 262144 where the address is not shared",
    }),
    reserve: z
      .array(portRange())
      .default([])
      .meta({
        description: "Ports and ranges that are never given out dynamically.",
        examples: [["5000-5003"]],
      }),
    forwards: z.array(forward).default([]).meta({ description: "Static port forwards." }),
    timeouts,
    pcp,
  })
  .prefault({})
  .meta({ description: "The CE's NAT44." });
