/** Who may use the control socket: its file lets observers in, and the kernel says which of them may change something. */
import { chmodSync, chownSync } from "node:fs";
import type { Socket } from "node:net";
import type { ControlAccess } from "../config/types.js";
import { MapdError } from "../errors.js";
import { loadNativeSystem } from "../native-loader.js";
import type { NativeSystem, Peer } from "../system/native-system.js";

/** Root itself, in the user namespace that this process lives in. */
const ROOT = 0;

const DEFAULT_ACCESS: ControlAccess = { mode: 0o660, group: null, operators: null };

export class ControlGate {
  readonly #access: ControlAccess;
  readonly #native: Pick<NativeSystem, "findGroup" | "readPeer">;
  readonly #ownUid: number;
  #operatorsGid: number | null = null;

  constructor(
    access: ControlAccess = DEFAULT_ACCESS,
    native: Pick<NativeSystem, "findGroup" | "readPeer"> = loadNativeSystem(),
    ownUid = process.geteuid?.() ?? ROOT,
  ) {
    this.#access = access;
    this.#native = native;
    this.#ownUid = ownUid;
  }

  /** Gives the socket, so far its owner's alone, its group and its mode; throws MapdError `control-socket`. */
  open(path: string): void {
    const { group, operators, mode } = this.#access;
    this.#operatorsGid = operators === null ? null : this.#find(operators, "operators");
    if (group !== null) this.#give(path, group);
    chmodSync(path, mode);
  }

  #find(name: string, key: "group" | "operators"): number {
    const gid = this.#native.findGroup(name);
    if (gid >= 0) return gid;
    const text = `there is no group ${name}; make it (groupadd --system ${name}), or set control-socket-${key} to another`;
    throw new MapdError("control-socket", text);
  }

  #give(path: string, group: string): void {
    try {
      chownSync(path, -1, this.#find(group, "group"));
    } catch (error) {
      if (error instanceof MapdError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      const remedy = `let mapd's user be a member of it (systemd: SupplementaryGroups=${group})`;
      const text = `the control socket cannot be given to the group ${group}: ${reason}; ${remedy}`;
      throw new MapdError("control-socket", text, { cause: error });
    }
  }

  /** The client as the kernel noted it; null where it cannot be known, as of one that has gone. */
  peerOf(socket: Socket): Peer | null {
    // Node has no other way to a socket's descriptor.
    const handle: unknown = Reflect.get(socket, "_handle");
    const fd: unknown =
      typeof handle === "object" && handle !== null ? Reflect.get(handle, "fd") : -1;
    const peer = typeof fd === "number" ? this.#native.readPeer(fd) : -1;
    return typeof peer === "number" ? null : peer;
  }

  /** Why this client may only look, or null where it may change something. */
  refusal(peer: Peer | null): string | null {
    if (peer !== null) {
      if (peer.uid === ROOT || peer.uid === this.#ownUid) return null;
      if (this.#operatorsGid !== null && peer.gids.includes(this.#operatorsGid)) return null;
    }
    const who = peer === null ? "a client without credentials" : `the user with uid ${peer.uid}`;
    const { operators } = this.#access;
    const members =
      operators === null
        ? "name a group in control-socket-operators"
        : `be a member of the group ${operators}`;
    return `${who} may only look; become root, or ${members}`;
  }
}
