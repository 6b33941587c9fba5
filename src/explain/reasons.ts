/** What is to be said about a reason itself: its row of the table, what to do about it, whether a packet can be shown to have it. */
import { DROPS, type DropName } from "../verdict.js";
import { REMEDIES } from "./remedies.js";

export interface ReasonText {
  readonly reason: DropName;
  /** From the table of drops. */
  readonly help: string;
  readonly rfc: string;
  /** What to do about it. */
  readonly remedy: string;
}

export interface Reason extends ReasonText {
  /** Why no packet that is explained can have it; null for nearly all. */
  readonly unseen: string | null;
}

/** What neither a packet nor a configuration says, nor any question to the daemon. */
const UNSEEN: Readonly<Partial<Record<DropName, string>>> = {
  bad_offload_header: "the device writes the virtio header before a packet, and no capture has it",
  nat44_address_changed:
    "only the running mapd knows the connections that the CE's former address had",
  tun_write_failed: "only the kernel says whether it takes what is written to the device",
};

export function reasonText(reason: DropName): ReasonText {
  const row = DROPS.find(({ name }) => name === reason)!;
  return { reason, help: row.help, rfc: row.rfc, remedy: REMEDIES[reason] };
}

export function reasonNamed(text: string): Reason | null {
  const row = DROPS.find(({ name }) => name === text);
  if (row === undefined) return null;
  return { ...reasonText(row.name), unseen: UNSEEN[row.name] ?? null };
}

/** Those that a packet which seems to pass may be dropped for all the same. */
export const UNSEEN_REASONS: readonly Reason[] = DROPS.flatMap(({ name }) => {
  const reason = reasonNamed(name);
  return reason === null || reason.unseen === null ? [] : [reason];
});

/** `Every port of the set is in use (RFC 5508 §9)` */
export function causeText({ help, rfc }: Pick<ReasonText, "help" | "rfc">): string {
  return rfc === "none" ? help : `${help} (${rfc})`;
}
