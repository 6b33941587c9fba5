import type { GoldenCase } from "../golden-case.js";
import { BORDER_RELAY } from "./border-relay.js";
import { CE_TO_CE } from "./ce-to-ce.js";
import { CUSTOMER_EDGE } from "./customer-edge.js";
import { FRAGMENTS_CUT } from "./fragments-cut.js";
import { FRAGMENTS_HAIRPIN } from "./fragments-hairpin.js";
import { FRAGMENTS_MAP_E } from "./fragments-map-e.js";
import { FRAGMENTS_MAP_T } from "./fragments-map-t.js";
import { FRAGMENTS_WHOLE } from "./fragments-whole.js";
import { HEADER_FIELDS } from "./header-fields.js";
import { HEADERS } from "./headers.js";
import { ICMP_CUSTOMER_EDGE } from "./icmp-customer-edge.js";
import { ICMP_EXTENSIONS } from "./icmp-extensions.js";
import { ICMP_LAN } from "./icmp-lan.js";
import { ICMP_MTUS } from "./icmp-mtus.js";
import { ICMP_OWN } from "./icmp-own.js";
import { ICMP_QUOTES } from "./icmp-quotes.js";
import { ICMP_TABLES } from "./icmp-tables.js";
import { ICMP_TUNNEL_BR } from "./icmp-tunnel-br.js";
import { ICMP_TUNNEL_CE } from "./icmp-tunnel-ce.js";
import { NAT44_FRAGMENTS } from "./nat44-fragments.js";
import { NAT44_HAIRPIN } from "./nat44-hairpin.js";
import { NAT44_IDENTIFICATIONS } from "./nat44-identifications.js";
import { NAT44_SYNS } from "./nat44-syns.js";
import { REFUSED } from "./refused.js";
import { SEGMENTS } from "./segments.js";
import { SIZES } from "./sizes.js";
import { VALIDATION } from "./validation.js";

/** Every golden case. */
export const CASES: readonly GoldenCase[] = [
  ...BORDER_RELAY,
  ...CUSTOMER_EDGE,
  ...HEADER_FIELDS,
  ...SIZES,
  ...VALIDATION,
  ...REFUSED,
  ...CE_TO_CE,
  ...HEADERS,
  ...FRAGMENTS_MAP_T,
  ...FRAGMENTS_CUT,
  ...FRAGMENTS_HAIRPIN,
  ...FRAGMENTS_WHOLE,
  ...FRAGMENTS_MAP_E,
  ...SEGMENTS,
  ...ICMP_TABLES,
  ...ICMP_QUOTES,
  ...ICMP_OWN,
  ...ICMP_CUSTOMER_EDGE,
  ...ICMP_TUNNEL_CE,
  ...ICMP_TUNNEL_BR,
  ...ICMP_EXTENSIONS,
  ...ICMP_MTUS,
  ...ICMP_LAN,
  ...NAT44_FRAGMENTS,
  ...NAT44_HAIRPIN,
  ...NAT44_SYNS,
  ...NAT44_IDENTIFICATIONS,
];
