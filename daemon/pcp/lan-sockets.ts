/** The UDP sockets that PCP and NAT-PMP are answered on, and the way to tell the whole LAN something. */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { formatIpv4, parseIpv4 } from "../../src/wire/address.js";
import { MapdError } from "../errors.js";
import type { Log } from "../log.js";

/** RFC 6887 §19.1: servers listen on the one, clients on the other. */
export const SERVER_PORT = 5351;
const CLIENT_PORT = 5350;
const ALL_HOSTS = "224.0.0.1";
const EVERY_ADDRESS = "0.0.0.0";

export interface Datagram {
  readonly bytes: Uint8Array;
  /** Unsigned 32-bit. */
  readonly source: number;
  readonly reply: (bytes: Uint8Array) => void;
}

export type OnDatagram = (datagram: Datagram) => void;

export class LanSockets {
  readonly #sockets: readonly Socket[];
  readonly #log: Log;

  private constructor(sockets: readonly Socket[], log: Log) {
    this.#sockets = sockets;
    this.#log = log;
  }

  /** Listens on the addresses, or on every one where none is named; rejects with MapdError `pcp-listen`. */
  static async open(
    addresses: readonly number[],
    onDatagram: OnDatagram,
    log: Log,
  ): Promise<LanSockets> {
    const hosts = addresses.length === 0 ? [EVERY_ADDRESS] : addresses.map(formatIpv4);
    const opened = await Promise.allSettled(hosts.map((host) => bind(host, onDatagram, log)));
    const sockets = opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const failure = opened.find((one) => one.status === "rejected");
    const all = new LanSockets(sockets, log);
    if (failure === undefined) return all;
    await all.close();
    throw failure.reason;
  }

  /** Sends each message to all hosts of the links that the addresses are on. Failures are logged, no more. */
  async announce(messages: readonly Uint8Array[], addresses: readonly number[]): Promise<void> {
    for (const address of addresses) {
      const host = formatIpv4(address);
      const socket = this.#socketOf(host);
      if (socket === undefined) continue;
      try {
        // One after the other: the interface is a property of the socket, not of the message.
        for (const message of messages) await sendToAll(socket, host, message);
      } catch (error) {
        this.#log.debug({ err: error, from: host }, "PCP announcement not sent");
      }
    }
  }

  #socketOf(host: string): Socket | undefined {
    return this.#sockets.find((socket) => socket.address().address === host) ?? this.#sockets[0];
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))),
    );
  }
}

function bind(host: string, onDatagram: OnDatagram, log: Log): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    const failed = (error: NodeJS.ErrnoException): void => {
      socket.close();
      reject(explain(host, error));
    };
    socket.once("error", failed);
    socket.on("message", (bytes, peer) => receive(socket, bytes, peer, onDatagram, log));
    socket.bind(SERVER_PORT, host, () => {
      socket.off("error", failed);
      socket.on("error", (error) => log.error({ err: error }, "PCP socket failed"));
      resolve(socket);
    });
  });
}

function receive(
  socket: Socket,
  bytes: Uint8Array,
  peer: RemoteInfo,
  onDatagram: OnDatagram,
  log: Log,
): void {
  const source = parseIpv4(peer.address);
  // Port 0 can be sent from, but not to.
  if (source === null || peer.port === 0) return;
  const reply = (answer: Uint8Array): void => {
    try {
      socket.send(answer, peer.port, peer.address, (error) => {
        if (error !== null) log.debug({ err: error, to: peer.address }, "PCP response not sent");
      });
    } catch (error) {
      // The socket was closed while the answer was made.
      log.debug({ err: error, to: peer.address }, "PCP response not sent");
    }
  };
  onDatagram({ bytes, source, reply });
}

function sendToAll(socket: Socket, host: string, message: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.setMulticastInterface(host);
    socket.send(message, CLIENT_PORT, ALL_HOSTS, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}

function explain(host: string, error: NodeJS.ErrnoException): MapdError {
  const reason =
    error.code === "EADDRINUSE"
      ? "another program listens there (see ss -lunp), often miniupnpd or another domain of mapd; " +
        "stop it, or name other addresses in nat44.pcp.listen, or set nat44.pcp.enabled to false"
      : error.code === "EADDRNOTAVAIL"
        ? "the address is on no device of this host; set nat44.pcp.listen to addresses that are"
        : `${error.message}; set nat44.pcp.listen to addresses of this host`;
  const text = `cannot answer PCP on ${host}, UDP port ${SERVER_PORT}: ${reason}`;
  return new MapdError("pcp-listen", text, { cause: error });
}
