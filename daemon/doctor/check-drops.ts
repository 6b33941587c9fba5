/** What the running daemon's drop counters make suspect: the form of interface identifiers, the PSID offset, and more. */
import type { Role } from "../../src/pipeline/settings.js";
import type { CountersDocument } from "../runtime/status.js";
import type { DoctorContext, DoctorDomain, DomainCheck } from "./context.js";
import { error, type Found, ok, unknown, warning } from "./finding.js";

interface Suspicion {
  readonly reason: string;
  readonly roles: readonly Role[];
  readonly message: string;
  readonly remedy: string;
}

const BOTH: readonly Role[] = ["br", "ce"];

/** From this share of what came in on, it is no stray packet. */
const MANY = 0.1;

const OTHER_FORM =
  "the other side's interface identifiers are of another form (RFC 7597, or draft-03): its packets are dropped";
const SWITCH_FORM =
  "set iid of the rule to draft-03 (or to rfc7597, if it is draft-03 now) on one side, then: mapctl reload";
const OTHER_OFFSET =
  "the other side's port set is another one: PSID offset, PSID length or EA length of the rule differ there";
const COMPARE_RULES =
  "compare psid-offset, psid-len and ea-len of the rule with the other side's: mapctl rules";

const IDENTIFIER: readonly Suspicion[] = [
  { reason: "source_iid_mismatch", roles: BOTH, message: OTHER_FORM, remedy: SWITCH_FORM },
  {
    reason: "ipv6_destination_not_ours",
    roles: BOTH,
    message:
      "packets arrive for an address that is not this side's, perhaps in the other form (RFC 7597, draft-03)",
    remedy: SWITCH_FORM,
  },
];

const PORT_SET: readonly Suspicion[] = [
  { reason: "source_psid_mismatch", roles: BOTH, message: OTHER_OFFSET, remedy: COMPARE_RULES },
  { reason: "source_port_excluded", roles: BOTH, message: OTHER_OFFSET, remedy: COMPARE_RULES },
  {
    reason: "destination_port_not_ours",
    roles: ["ce"],
    message: OTHER_OFFSET,
    remedy: COMPARE_RULES,
  },
  {
    reason: "source_address_mismatch",
    roles: BOTH,
    message:
      "IPv4 sources are not what the IPv6 sources embed: the rule's prefixes or EA length differ on the other side",
    remedy: "compare the rule with the other side's: mapctl rules",
  },
];

const FORWARDING: readonly Suspicion[] = [
  {
    reason: "tun_write_failed",
    roles: BOTH,
    message: "the kernel refuses packets that mapd writes",
    remedy: "mapctl counters --nonzero --explain",
  },
  {
    reason: "nat44_no_free_port",
    roles: ["ce"],
    message: "the port set was used up",
    remedy: "mapctl top",
  },
  {
    reason: "internal_error",
    roles: BOTH,
    message: "mapd met a fault of its own; its log has it",
    remedy: "journalctl -u mapd",
  },
];

export const identifierCheck = dropCheck(
  "identifier",
  "both sides write the same form of interface identifier (RFC 7597, or draft-03)",
  IDENTIFIER,
);
export const portSetCheck = dropCheck(
  "port-set",
  "both sides mean the same port sets and addresses",
  PORT_SET,
);
export const dropsCheck = dropCheck(
  "drops",
  "mapd drops nothing for want of ports, nor for a fault",
  FORWARDING,
);

function dropCheck(id: string, what: string, table: readonly Suspicion[]): DomainCheck {
  const run = async (context: DoctorContext, domain: DoctorDomain): Promise<readonly Found[]> => {
    if (context.live === null) return [unknown("no mapd runs, so there are no counters")];
    const document = await context.live.counters();
    const { name, role } = domain.config.settings;
    const counted = document.domains.find((one) => one.name === name);
    if (counted === undefined) return [unknown(`the running mapd has no domain ${name}`)];
    const found = table
      .filter(({ roles }) => roles.includes(role))
      .flatMap((row) => suspect(row, counted));
    return found.length > 0 ? found : [ok("no drop counter speaks against it")];
  };
  return { id, what, about: "domain", run };
}

function suspect(
  { reason, message, remedy }: Suspicion,
  { drops, counters }: CountersDocument["domains"][number],
): readonly Found[] {
  const { ipv4 = 0, ipv6 = 0 } = drops[reason] ?? {};
  const dropped = ipv4 + ipv6;
  if (dropped === 0) return [];
  const of = (family: "ipv4" | "ipv6"): number => counters[`in_${family}_packets`] ?? 0;
  const all = (ipv4 > 0 ? of("ipv4") : 0) + (ipv6 > 0 ? of("ipv6") : 0);
  const evidence = `${reason}: ${dropped} of ${all} packets dropped`;
  const grade = dropped >= all * MANY ? error : warning;
  return [grade(message, evidence, remedy)];
}
