/** What another program's configuration says, in the words of ours. Nothing in it is checked: `parseConfig()` does that. */

import type { Findings } from "../map/findings.js";
import type { Iid } from "../map/types.js";

export type Mode = "map-e" | "map-t";
export type Role = "ce" | "br";

export interface ForeignRule {
  /** As the other program has it; it need not be a name for us, nor the only one. */
  readonly name: string;
  /** `2001:db8::/40` */
  readonly ipv6: string;
  /** `192.0.2.0/24` */
  readonly ipv4: string;
  /** null: the other program takes it from the delegated prefix, whose length less the rule's it is. */
  readonly eaLen: number | null;
  readonly psidOffset?: number | undefined;
  readonly psidLen?: number | undefined;
  /** Right-aligned: 0xAC of 8 bits is 0x00AC, whatever the other program writes. */
  readonly psid?: number | undefined;
  readonly iid?: Iid | undefined;
  readonly forwarding?: boolean | undefined;
  /** Where it stands: `line 3`, or a path in JSON. */
  readonly place: string;
}

export interface ForeignDomain {
  readonly name: string;
  /** null: the other program does not say. */
  readonly mode: Mode | null;
  readonly role: Role | null;
  readonly rules: readonly ForeignRule[];
  readonly dmr?: string | undefined;
  readonly brAddresses?: readonly string[] | undefined;
  readonly endUserPrefix?: string | undefined;
  readonly localPrefixes?: readonly string[] | undefined;
  /** Other keys of a domain as our configuration has them, such as `{ mtu: { ipv6: 1500 } }`. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  readonly place: string;
}

export interface ReadOptions {
  /** The CE's delegated prefix where the user knows it; text that has been checked. */
  readonly endUserPrefix?: string | undefined;
}

/** Reads a text that is in its format; what it cannot take over goes to `findings`, with the place. */
export type Reader = (
  text: string,
  findings: Findings,
  options: ReadOptions,
) => readonly ForeignDomain[];

/** What our configuration has no key for: said, and left out. */
export function leftOut(findings: Findings, place: string, message: string): void {
  findings.warning("not-imported", place, message);
}

export interface Peering {
  readonly mode: Mode | null;
  readonly role: Role | null;
  readonly dmr?: string | undefined;
  readonly br?: string | undefined;
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

/** A rule with all of its peer, as programs have it that know no list of rules. */
export interface PeeredRule {
  readonly rule: ForeignRule;
  readonly peering: Peering;
}

/** Rules of one peer and one mode are one domain of ours, named after the first. */
export function groupByPeer(rows: readonly PeeredRule[]): ForeignDomain[] {
  const groups = new Map<string, PeeredRule[]>();
  for (const row of rows) {
    const key = JSON.stringify(row.peering);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].map((group) => {
    const [first] = group;
    const { mode, role, dmr, br, settings } = first!.peering;
    const { name, place } = first!.rule;
    const brAddresses = br === undefined ? undefined : [br];
    const rules = group.map(({ rule }) => rule);
    return { name, mode, role, rules, dmr, brAddresses, settings, place };
  });
}
