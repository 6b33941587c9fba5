/** Why NAT44 refused a forward, said so that the operator knows what to do next. */
import type { MappingRow, MapRefusal, MapResult } from "../../../src/nat44/records.js";
import { formatIpv4 } from "../../../src/wire/address.js";
import type { ForwardTarget } from "../../config/fields.js";
import { MapdError } from "../../errors.js";
import type { Nat44Domain } from "./domain.js";
import { type ForwardProtocol, PROTOCOL_NUMBERS } from "./protocols.js";

export interface RefusedForward {
  readonly domain: Nat44Domain;
  readonly protocol: ForwardProtocol;
  /** 0: any was welcome. */
  readonly externalPort: number;
  readonly to: ForwardTarget;
}

type Refused = Extract<MapResult, { ok: false }>;

interface Explanation {
  readonly path: "externalPort" | "to";
  readonly message: string;
  readonly rfc: string;
}

type Explain = (
  asked: RefusedForward,
  nearest: string,
  before: readonly MappingRow[],
) => Explanation;

/** Names the remedy: the nearest free ports, or the mapping that is in the way. */
export function forwardRefusal(
  asked: RefusedForward,
  { reason, nearest }: Refused,
  before: readonly MappingRow[],
): MapdError {
  const { path, message, rfc } = EXPLANATIONS[reason](asked, nearestText(asked, nearest), before);
  return new MapdError("refused", message, {
    diagnostics: [{ code: CODES[reason], severity: "error", path, message, rfc }],
  });
}

/** The codes that the check of a configuration has for the same facts, where it has one. */
const CODES: Readonly<Record<MapRefusal, string>> = {
  "not-in-set": "port-not-in-set",
  "port-in-use": "port-in-use",
  "endpoint-in-use": "duplicate-forward",
  "no-free-port": "no-free-port",
  "host-quota": "host-quota",
  "table-full": "table-full",
  "unsupported-protocol": "unsupported-protocol",
};

const EXPLANATIONS: Readonly<Record<MapRefusal, Explain>> = {
  "not-in-set": ({ domain, externalPort }, nearest) => ({
    path: "externalPort",
    message: `${externalPort} is not in the port set of domain ${domain.name}; ${nearest}`,
    rfc: "RFC 7597 §5.1",
  }),
  "port-in-use": ({ protocol, externalPort }, nearest, before) => ({
    path: "externalPort",
    message: `${protocol} ${externalPort} is in use${ownerText(protocol, externalPort, before)}; ${nearest}`,
    rfc: "",
  }),
  "endpoint-in-use": ({ protocol, to }, _nearest, before) => ({
    path: "to",
    message: endpointText(protocol, to, before),
    rfc: "RFC 4787 §4.1",
  }),
  "no-free-port": ({ domain, protocol }) => ({
    path: "externalPort",
    message: `no ${protocol} port of domain ${domain.name} is free`,
    rfc: "",
  }),
  "host-quota": ({ domain, to }) => ({
    path: "to",
    message: `${formatIpv4(to.address)} holds as many ports as nat44.max-ports-per-host of domain ${domain.name} allows`,
    rfc: "",
  }),
  "table-full": ({ domain }) => ({
    path: "to",
    message: `domain ${domain.name} holds as many mappings as it has room for`,
    rfc: "",
  }),
  "unsupported-protocol": ({ protocol }) => ({
    path: "to",
    message: `${protocol} has no ports`,
    rfc: "",
  }),
};

function nearestText({ protocol }: RefusedForward, nearest: readonly number[]): string {
  if (nearest.length === 0) return `no ${protocol} port is free`;
  const verb = nearest.length === 1 ? "port is" : "ports are";
  return `the nearest free ${protocol} ${verb} ${nearest.join(" and ")}`;
}

/** Who has the port, where it is an explicit mapping; sessions come and go. */
function ownerText(
  protocol: ForwardProtocol,
  externalPort: number,
  before: readonly MappingRow[],
): string {
  const owner = before.find(
    (row) => row.protocol === PROTOCOL_NUMBERS[protocol] && row.externalPort === externalPort,
  );
  if (owner === undefined) return "";
  return ` by ${formatIpv4(owner.insideAddress)}:${owner.insidePort} (${owner.origin})`;
}

function endpointText(
  protocol: ForwardProtocol,
  to: ForwardTarget,
  before: readonly MappingRow[],
): string {
  const own = before.find(
    (row) =>
      row.protocol === PROTOCOL_NUMBERS[protocol] &&
      row.insideAddress === to.address &&
      row.insidePort === to.port,
  );
  const endpoint = `${formatIpv4(to.address)}:${to.port}`;
  if (own === undefined) return `${endpoint} has another ${protocol} port already`;
  const remedy =
    own.origin === "config"
      ? "take it out of the configuration and reload"
      : `delete it first: mapctl forward del ${protocol} ${own.externalPort}`;
  return `${endpoint} has ${protocol} port ${own.externalPort} already (${own.origin}); ${remedy}`;
}
