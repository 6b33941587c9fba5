/** What the readers of other programs' texts find. */
import { advice, fault, type LintCode } from "./code.js";

export const TEXT_CODES: readonly LintCode[] = [
  fault(
    "import-syntax",
    "",
    "Something is not in the form that its format has.",
    "correct the place that is named",
  ),
  fault("import-incomplete", "", "A part is missing that the format needs.", "add it"),
  fault(
    "nothing-to-import",
    "",
    "The text holds no MAP rule.",
    "name its format with `--from` if it was mistaken for another",
  ),
  fault(
    "ea-len-unknown",
    "RFC 7597 §5.2",
    "The EA length follows from the delegated prefix.",
    "give `--end-user-prefix`",
  ),
  advice(
    "not-imported",
    "",
    "Something has no counterpart in mapd and is left out.",
    "see whether the service needs it",
  ),
  advice(
    "iid-assumed",
    "",
    "The format does not say which interface identifier its rules have.",
    "check an address of the provider with `mapctl analyse`",
  ),
  advice(
    "unknown-version",
    "",
    "HB46PP names a version that is not known.",
    "check what the provider means",
  ),
  advice(
    "mode-mismatch",
    "",
    "VPP's interface does another mode than its domains.",
    "make them agree",
  ),
  advice(
    "psid-justification",
    "RFC 7598 §4.5",
    "A PSID that mapcalc wants left-justified in 16 bits has bits beyond its length.",
    "shift it: 0x34 of 8 bits is 0x3400",
  ),
  advice(
    "psid-from-prefix",
    "RFC 7598 §4.5",
    "A PSID stands beside EA bits, which hold one, too.",
    "see that both are the same",
  ),
  advice(
    "br-not-an-address",
    "RFC 7598 §4.2",
    "A BR's address is written with a length.",
    "leave the length out: the BR of MAP-E is one address of 16 octets",
  ),
  advice(
    "br-not-configured",
    "",
    "The BR's address is on no interface of the device.",
    "set it on the interface that faces the CEs",
  ),
  advice(
    "link-in-rule-prefix",
    "RFC 7597 §5",
    "A link is numbered from a rule's IPv4 prefix: hosts on it ask the link for customers instead of the BR.",
    "number the link from elsewhere",
  ),
  advice(
    "link-edge-addresses",
    "",
    "Network and broadcast address of a link are customers' addresses.",
    "number the link from elsewhere",
  ),
  advice(
    "map-not-enabled",
    "",
    "`map enable` is missing: the device does no MAP.",
    "add the command",
  ),
  advice(
    "no-ce-side",
    "",
    "Nothing gives the CEs their end-user prefix and local prefixes.",
    "add a CE domain, or provision CEs by DHCPv6",
  ),
  advice(
    "no-forwarding-rules",
    "RFC 7597 §5",
    "No command makes a rule a forwarding rule, so traffic between CEs passes the BR.",
    "set `forwarding: true` where a mesh is meant",
  ),
  advice("empty-prefixes", "", "A list of local prefixes is empty.", "add the LAN's prefixes"),
];
