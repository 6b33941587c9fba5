/** A CE's NAT44 as the control side sees it, in plain lists: what is asked, and what is answered. */
import type { ControlledDaemon, ControlledDomain } from "../../../daemon/control/command.js";
import type {
  AskNat44,
  Nat44Answers,
  Nat44Question,
} from "../../../daemon/runtime/nat44-questions.js";
import type { DaemonView, DomainView } from "../../../daemon/runtime/status.js";
import { portSetOf } from "../../../src/map/ce.js";
import type { PortSet } from "../../../src/map/port-set.js";
import type {
  HostRow,
  MappingRow,
  MapRefusal,
  MapRequest,
  MapResult,
  SessionRow,
} from "../../../src/nat44/records.js";
import { BR_T, CE_T, configOf } from "./samples.js";

export class FakeNat44 {
  /** All questions, in order. */
  readonly asked: Nat44Question[] = [];
  sessions: readonly SessionRow[] = [];
  hosts: readonly HostRow[] = [];
  mappings: MappingRow[] = [];
  /** By protocol and external port (`17 1232`): what a request for it is refused with. */
  readonly refusals = new Map<string, MapRefusal>();
  readonly tcp: Uint8Array;
  readonly udp: Uint8Array;
  readonly icmp: Uint8Array;
  readonly #ports: PortSet;

  constructor(ports: PortSet) {
    this.#ports = ports;
    this.tcp = new Uint8Array(ports.count);
    this.udp = new Uint8Array(ports.count);
    this.icmp = new Uint8Array(ports.count);
  }

  /** Sets what a port is: one of the PORT_ numbers. */
  set(states: Uint8Array, port: number, state: number): void {
    states[this.#ports.indexOf(port)] = state;
  }

  readonly ask: AskNat44 = async (question) => {
    this.asked.push(question);
    // The table has one function a kind; the compiler cannot see that the question's kind picks its own.
    return this.#answer(question) as never;
  };

  #answer(question: Nat44Question): Nat44Answers[Nat44Question["kind"]] {
    switch (question.kind) {
      case "sessions": {
        const next = question.cursor + question.limit;
        const rows = this.sessions.slice(question.cursor, next);
        return { rows, next: next < this.sessions.length ? next : -1 };
      }
      case "mappings":
        return this.mappings;
      case "hosts":
        return this.hosts;
      case "ports":
        return { tcp: this.tcp, udp: this.udp, icmp: this.icmp };
      case "map":
        return this.#map(question.request);
      case "unmap": {
        const before = this.mappings.length;
        this.mappings = this.mappings.filter((row) => !isOf(row, question));
        return this.mappings.length < before;
      }
      default:
        throw new Error(`nobody asks ${question.kind} here`);
    }
  }

  #map(request: MapRequest): MapResult {
    const { protocol, insideAddress, insidePort, origin, lifetimeMs } = request;
    const externalPort = request.externalPort === 0 ? this.#ports.at(0) : request.externalPort;
    const own = this.mappings.find((row) => isOf(row, request));
    const reason =
      this.refusals.get(`${protocol} ${externalPort}`) ??
      (this.#ports.contains(externalPort) ? undefined : "not-in-set") ??
      (own !== undefined && own.externalPort !== externalPort ? "endpoint-in-use" : undefined);
    if (reason !== undefined) return { ok: false, reason, nearest: this.#nearest(externalPort) };
    this.mappings = this.mappings.filter((row) => !isOf(row, request));
    const remainingMs = lifetimeMs;
    this.mappings.push({ protocol, insideAddress, insidePort, externalPort, origin, remainingMs });
    return { ok: true, externalPort };
  }

  /** As if every port of the set were free. */
  #nearest(port: number): number[] {
    const all = this.#ports.ranges().flat();
    const below = all.filter((one) => one < port).at(-1);
    const above = all.find((one) => one > port);
    return [below, above].filter((one) => one !== undefined);
  }
}

function isOf(
  row: MappingRow,
  one: { readonly protocol: number; readonly insideAddress: number; readonly insidePort: number },
): boolean {
  return (
    row.protocol === one.protocol &&
    row.insideAddress === one.insideAddress &&
    row.insidePort === one.insidePort
  );
}

/** A domain with a NAT44 to ask. */
export interface FakeDomain extends ControlledDomain {
  readonly nat44: FakeNat44;
}

export function controlled(view: DomainView): FakeDomain {
  const nat44 = new FakeNat44(portsOf(view));
  return { ...view, askNat44: nat44.ask, ruleHits: () => null, nat44 };
}

function portsOf({ ce, config: { settings } }: DomainView): PortSet {
  const rule = settings.role === "ce" ? settings.rules[settings.bmr] : settings.rules.at(0);
  if (rule === undefined) throw new Error("no rule");
  return portSetOf(rule, ce?.psid ?? null);
}

export function controlledDaemon(
  daemon: DaemonView,
  domains: readonly ControlledDomain[],
): ControlledDaemon {
  let logLevel = "info";
  return {
    ...daemon,
    config: { ...configOf(BR_T, CE_T), ...daemon.config },
    domains,
    get logLevel() {
      return logLevel;
    },
    setLogLevel(level) {
      logLevel = level;
    },
  };
}
