/** A NAT44 as small as it can be, for the PCP responder: four TCP and four UDP ports, and what it was asked. */
import type {
  MappingOrigin,
  MappingRow,
  MapRefusal,
  MapRequest,
  MapResult,
  PeerRequest,
} from "../../src/nat44/records.js";
import type { PortMapper } from "../../src/pcp/port-mapper.js";

export const FIRST_PORT = 1232;
const PORTS = [1232, 1233, 1234, 1235];

export class SmallMapper implements PortMapper {
  readonly asked: (MapRequest | PeerRequest)[] = [];
  rows: MappingRow[] = [];
  /** How often all mappings were asked for. */
  listed = 0;
  /** What every request is answered with, where not null. */
  refusal: MapRefusal | null = null;
  /** Does not answer at all. */
  isDead = false;

  async map(request: MapRequest): Promise<MapResult> {
    this.#live();
    this.asked.push(request);
    const { protocol, insideAddress, insidePort, externalPort: wanted, exact, origin } = request;
    if (this.refusal !== null) return refused(this.refusal);
    const existing = this.#find(protocol, insideAddress, insidePort);
    const isOther = exact && wanted !== 0 && wanted !== existing?.externalPort;
    if (existing !== undefined && (existing.origin !== origin || isOther)) {
      return refused("endpoint-in-use");
    }
    const free = PORTS.filter((port) => !this.#isTaken(protocol, port));
    if (existing === undefined && exact && wanted !== 0 && !free.includes(wanted)) {
      return refused(PORTS.includes(wanted) ? "port-in-use" : "not-in-set");
    }
    const fresh = free.includes(wanted) ? wanted : free[0];
    const externalPort = existing?.externalPort ?? fresh;
    if (externalPort === undefined) return refused("no-free-port");
    this.rows = this.rows.filter((row) => row !== existing);
    this.add(protocol, insideAddress, insidePort, externalPort, origin, request.lifetimeMs);
    return { ok: true, externalPort };
  }

  async unmap(protocol: number, insideAddress: number, insidePort: number): Promise<boolean> {
    this.#live();
    const existing = this.#find(protocol, insideAddress, insidePort);
    this.rows = this.rows.filter((row) => row !== existing);
    return existing !== undefined;
  }

  async peer(request: PeerRequest): Promise<MapResult> {
    this.#live();
    this.asked.push(request);
    if (this.refusal !== null) return refused(this.refusal);
    return { ok: true, externalPort: FIRST_PORT };
  }

  async mappings(): Promise<readonly MappingRow[]> {
    this.#live();
    this.listed++;
    return this.rows;
  }

  add(
    protocol: number,
    insideAddress: number,
    insidePort: number,
    externalPort: number,
    origin: MappingOrigin,
    remainingMs: number | null,
  ): void {
    this.rows.push({ protocol, insideAddress, insidePort, externalPort, origin, remainingMs });
  }

  /** Inside port to external port, in the order of their making. */
  get ports(): readonly (readonly [number, number])[] {
    return this.rows.map(({ insidePort, externalPort }) => [insidePort, externalPort]);
  }

  #find(protocol: number, address: number, port: number): MappingRow | undefined {
    return this.rows.find(
      (row) =>
        row.protocol === protocol && row.insideAddress === address && row.insidePort === port,
    );
  }

  #isTaken(protocol: number, externalPort: number): boolean {
    return this.rows.some((row) => row.protocol === protocol && row.externalPort === externalPort);
  }

  #live(): void {
    if (this.isDead) throw new Error("no answer");
  }
}

function refused(reason: MapRefusal): MapResult {
  return { ok: false, reason, nearest: [] };
}
