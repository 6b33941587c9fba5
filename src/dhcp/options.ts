/** The one table of DHCPv6 options about MAP: numbers, names, where each may stand (RFC 7598 §4 to §6, RFC 8026 §1.4). */

export type SoftwireMode = "map-e" | "map-t" | "lw4o6";
/** Where an option stands: among a message's, in a container, in a rule or a binding. */
export type OptionPlace = "message" | "container" | "rule";

export interface S46Option {
  readonly code: number;
  readonly name: string;
  /** As Kea names it, and as findings do. */
  readonly key: string;
  readonly place: OptionPlace;
  /** Modes whose containers may hold it. */
  readonly modes: readonly SoftwireMode[];
  /** Fields in order, with their bits. */
  readonly body: string;
  readonly about: string;
  readonly rfc: string;
}

export const OPTION_RULE = 89;
export const OPTION_BR = 90;
export const OPTION_DMR = 91;
export const OPTION_BIND = 92;
export const OPTION_PORTPARAMS = 93;
export const OPTION_PRIORITY = 111;

/** Low bit of a rule's flags: it is a forwarding mapping rule, too (RFC 7598 §4.1). */
export const FLAG_FMR = 0x01;

const MAP: readonly SoftwireMode[] = ["map-e", "map-t"];
const TUNNELS: readonly SoftwireMode[] = ["map-e", "lw4o6"];
const ALL: readonly SoftwireMode[] = ["map-e", "map-t", "lw4o6"];

export const S46_OPTIONS: readonly S46Option[] = [
  {
    code: OPTION_RULE,
    name: "S46_RULE",
    key: "s46-rule",
    place: "container",
    modes: MAP,
    body: "flags:8 ea-len:8 prefix4-len:8 ipv4-prefix:32 prefix6-len:8 ipv6-prefix:variable options",
    about: "a mapping rule; one or more in a container",
    rfc: "RFC 7598 §4.1",
  },
  {
    code: OPTION_BR,
    name: "S46_BR",
    key: "s46-br",
    place: "container",
    modes: TUNNELS,
    body: "address:128",
    about: "address of the border relay; one or more",
    rfc: "RFC 7598 §4.2",
  },
  {
    code: OPTION_DMR,
    name: "S46_DMR",
    key: "s46-dmr",
    place: "container",
    modes: ["map-t"],
    body: "prefix6-len:8 ipv6-prefix:variable",
    about: "default mapping rule: the prefix that stands for the IPv4 Internet; exactly one",
    rfc: "RFC 7598 §4.3",
  },
  {
    code: OPTION_BIND,
    name: "S46_V4V6BIND",
    key: "s46-v4v6bind",
    place: "container",
    modes: ["lw4o6"],
    body: "ipv4-address:32 prefix6-len:8 ipv6-prefix:variable options",
    about: "IPv4 address and tunnel prefix of one lw4o6 subscriber; at most one",
    rfc: "RFC 7598 §4.4",
  },
  {
    code: OPTION_PORTPARAMS,
    name: "S46_PORTPARAMS",
    key: "s46-portparams",
    place: "rule",
    modes: ALL,
    body: "offset:8 psid-len:8 psid:16",
    about: "PSID offset, and an explicit PSID, left-justified in its 16 bits; at most one",
    rfc: "RFC 7598 §4.5",
  },
  {
    code: 94,
    name: "S46_CONT_MAPE",
    key: "s46-cont-mape",
    place: "message",
    modes: ["map-e"],
    body: "options",
    about: "container of MAP-E: rules and BR addresses",
    rfc: "RFC 7598 §5.1",
  },
  {
    code: 95,
    name: "S46_CONT_MAPT",
    key: "s46-cont-mapt",
    place: "message",
    modes: ["map-t"],
    body: "options",
    about: "container of MAP-T: rules and one DMR",
    rfc: "RFC 7598 §5.2",
  },
  {
    code: 96,
    name: "S46_CONT_LW",
    key: "s46-cont-lw",
    place: "message",
    modes: ["lw4o6"],
    body: "options",
    about: "container of lw4o6: BR addresses and a binding",
    rfc: "RFC 7598 §5.3",
  },
  {
    code: OPTION_PRIORITY,
    name: "S46_PRIORITY",
    key: "s46-priority",
    place: "message",
    modes: ALL,
    body: "container code:16, repeated",
    about: "containers in the server's order of preference",
    rfc: "RFC 8026 §1.4",
  },
];

export function optionOf(code: number): S46Option | undefined {
  return S46_OPTIONS.find((option) => option.code === code);
}

/** null where the code is no container's. */
export function containerMode(code: number): SoftwireMode | null {
  const option = optionOf(code);
  const isContainer = option?.place === "message" && option.modes.length === 1;
  return isContainer ? (option.modes[0] ?? null) : null;
}

export function containerCode(mode: SoftwireMode): number {
  return { "map-e": 94, "map-t": 95, lw4o6: 96 }[mode];
}
