/** DHCPv6 softwire options as a library, `mapd/dhcp`: written, and read octet by octet. Pure, for browsers too. */
export { type Decoded, type DecodedContainer, decode, decodeText, type Span } from "./decode.js";
export { encode, type S46Request } from "./encode.js";
export { formatBracketed, formatHex, type HexText, parseHex } from "./hex.js";
export { S46_OPTIONS, type S46Option, type SoftwireMode } from "./options.js";
export { decodeS46, type S46, type S46Container, type S46Outcome } from "./s46.js";
