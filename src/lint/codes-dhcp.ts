/** What octets of DHCPv6 options may have wrong. */
import { advice, fault, type LintCode } from "./code.js";

export const DHCP_CODES: readonly LintCode[] = [
  fault(
    "hex-empty",
    "",
    "There are no hexadecimal digits.",
    "paste the octets, a dump or a hook's variable",
  ),
  fault(
    "hex-odd",
    "",
    "The number of digits is odd.",
    "fill prefixes up to whole octets: a /36 takes 5, a /44 takes 6",
  ),
  fault("hex-syntax", "", "A character is no hexadecimal digit.", "remove what is no octet"),
  fault(
    "s46-no-container",
    "RFC 7598 §3",
    "There is no container.",
    "look for option 94, 95 or 96",
  ),
  advice(
    "s46-inside-only",
    "",
    "The octets begin inside a container, as hooks of clients get them.",
    "nothing: the header is put before them",
  ),
  fault(
    "s46-outside",
    "RFC 7598 §3",
    "An option stands outside a container, where it is ignored.",
    "put it into option 94, 95 or 96",
  ),
  advice(
    "s46-misplaced",
    "RFC 7598 §4.5",
    "An option stands where nobody reads it.",
    "put option 93 inside 89 or 92, behind the prefix",
  ),
  fault(
    "s46-content",
    "RFC 7598 §6",
    "A container lacks an option, or has one too many or of another mode.",
    "MAP-E: rules and BRs; MAP-T: rules and one DMR; lw4o6: BRs and one binding",
  ),
  fault(
    "s46-truncated",
    "RFC 7598 §8",
    "A length says more than there is, or octets are left over.",
    "count every length again, from the inside out",
  ),
  fault(
    "s46-prefix-len",
    "RFC 7598 §8",
    "A prefix length is impossible.",
    "use 0 to 128 for IPv6, 0 to 32 for IPv4",
  ),
  fault(
    "s46-prefix-bytes",
    "RFC 7598 §8",
    "A prefix has not as many octets as its length needs.",
    "write ceil(length / 8) octets, no fewer and not 16",
  ),
  advice(
    "s46-pad-bits",
    "RFC 7598 §4.1",
    "Bits beyond a prefix's length are set.",
    "send them as zero",
  ),
  advice("s46-flags", "RFC 7598 §4.1", "Reserved flags are set.", "F is the lowest bit: 0x01"),
  fault(
    "s46-br-len",
    "RFC 7598 §4.2",
    "A BR is not 16 octets.",
    "send the address alone, without a length",
  ),
  fault(
    "s46-portparams-len",
    "RFC 7598 §4.5",
    "Option 93 is not 4 octets.",
    "send offset, PSID length, and the PSID in two octets",
  ),
  advice(
    "s46-portparams-missing",
    "RFC 7598 §4.5",
    "A rule shares addresses and has no option 93: clients take offset 6.",
    "send option 93, above all where the offset is another, 0 included",
  ),
  advice(
    "s46-portparams-ignored",
    "RFC 7597 §5.1",
    "The offset is not 6: clients that ignore option 93 use other subscribers' ports.",
    "test the clients, or use offset 6",
  ),
  advice("s46-portparams-twice", "RFC 7598 §6", "A rule has option 93 twice.", "send one"),
  advice(
    "s46-psid-alignment",
    "RFC 7598 §4.5",
    "The PSID is not left-justified in its 16 bits.",
    "write 0x34 of 8 bits as 3400",
  ),
  advice(
    "s46-psid-of-prefix",
    "RFC 7598 §4.5",
    "Port parameters of a rule that gives CEs an IPv4 prefix.",
    "leave option 93 out",
  ),
  advice(
    "s46-priority",
    "RFC 8026 §1.4",
    "The list of preference is odd in length, or has a code twice.",
    "list each container's code once",
  ),
];
