/** Serves the control socket: a Unix stream socket, whose clients may look, and some of them change something. */
import { lstatSync, mkdirSync, statSync, unlinkSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { MapdError } from "../errors.js";
import type { Log } from "../log.js";
import { type FailureReason, Failures } from "../runtime/failures.js";
import type { Peer } from "../system/native-system.js";
import type { ControlCommand } from "./command.js";
import { ControlConnection } from "./connection.js";
import { ControlGate } from "./gate.js";
import { type ControlReply, failure, MAX_CLIENTS, parseRequest } from "./protocol.js";
import { ControlStream } from "./stream.js";

/** How long a client that is refused may take to read that, milliseconds. */
const REFUSED_MS = 1_000;

/** Clients that may wait to be accepted; Linux tells one more to try again. */
const BACKLOG = 1_024;

/** At first the socket is its owner's alone; the gate opens it to others. */
const SOCKET_UMASK = 0o177;

/** What clients may ask for, or who gets it: it need not be there before somebody asks. */
type Commands = readonly ControlCommand[] | (() => Promise<readonly ControlCommand[]>);

export class ControlServer {
  readonly path: string;
  readonly #commands: Commands;
  readonly #log: Log;
  readonly #failures: Failures;
  readonly #gate: ControlGate;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();

  constructor(
    path: string,
    commands: Commands,
    log: Log,
    failures: Failures = new Failures(),
    gate: ControlGate = new ControlGate(),
  ) {
    this.path = path;
    this.#commands = commands;
    this.#log = log;
    this.#failures = failures;
    this.#gate = gate;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Listens. A socket that a killed daemon left is replaced; a living daemon's is not: MapdError `control-socket`. */
  async listen(): Promise<void> {
    try {
      makeFolder(dirname(this.path));
    } catch (error) {
      throw this.#cannotListen(error);
    }
    await this.#removeStale();
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error) => reject(this.#cannotListen(error)));
      const umask = process.umask(SOCKET_UMASK);
      // The socket file is made before listen() returns, so the umask covers nothing else.
      this.#server.listen({ path: this.path, backlog: BACKLOG }, resolve);
      process.umask(umask);
    });
    this.#server.on("error", (error) => this.#log.error({ err: error }, "control socket failed"));
    this.#gate.open(this.path);
  }

  async #removeStale(): Promise<void> {
    const stat = lstatSync(this.path, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (!stat.isSocket()) {
      throw new MapdError(
        "control-socket",
        `${this.path} exists and is not a socket; remove it or set control-socket to another path`,
      );
    }
    if (await isAnswered(this.path)) {
      throw new MapdError(
        "control-socket",
        `another mapd listens on ${this.path}; stop it first, or give this one a control-socket of its own`,
      );
    }
    unlinkSync(this.path);
  }

  #cannotListen(error: unknown): MapdError {
    const reason = error instanceof Error ? error.message : String(error);
    const remedy = "set control-socket to a path that mapd may write to";
    return new MapdError("control-socket", `cannot listen on ${this.path}: ${reason}; ${remedy}`, {
      cause: error,
    });
  }

  #serve(socket: Socket): void {
    socket.on("error", (error) => this.#log.debug({ err: error }, "control client failed"));
    if (this.#clients.size >= MAX_CLIENTS) {
      this.#refuse(socket);
      return;
    }
    this.#clients.add(socket);
    socket.on("close", () => this.#clients.delete(socket));
    const peer = this.#gate.peerOf(socket);
    new ControlConnection(socket, {
      answer: (line) => this.#answer(line, peer),
      failed: (error) => this.#failed(error),
      cutOff: (reason) => this.#cutOff(reason),
    });
  }

  /** Accepted only to be told, and kept for a moment: a client that finds it closed when it writes would not read. */
  #refuse(socket: Socket): void {
    this.#cutOff("too-many");
    const text = `${MAX_CLIENTS} clients are connected, which is all that mapd serves at once; try again in a moment`;
    send(socket, failure("busy", text));
    socket.end();
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), REFUSED_MS);
    socket.on("close", () => clearTimeout(timer));
  }

  #cutOff(reason: FailureReason<"control_connections_cut_off">): void {
    this.#failures.count("control_connections_cut_off", reason);
    this.#log.debug({ reason }, "control client cut off");
  }

  async #answer(line: string, peer: Peer | null): Promise<ControlReply | ControlStream> {
    const request = parseRequest(line);
    if (request === null) {
      return failure("bad-request", 'a request is one JSON object a line: {"command":"status"}');
    }
    const commands = typeof this.#commands === "function" ? await this.#commands() : this.#commands;
    const command = commands.find(({ name }) => name === request.command);
    if (command === undefined) {
      const known = commands.map(({ name }) => name).join(", ");
      return failure("unknown-command", `no command ${request.command}; there are: ${known}`);
    }
    const isForOperators = command.changes === true || command.reveals === true;
    const refusal = isForOperators ? this.#gate.refusal(peer) : null;
    if (refusal !== null) {
      this.#log.warn({ request, client: whoIs(peer) }, "refused by the control socket");
      const what = command.changes ? "changes what mapd does" : "shows what subscribers send";
      return failure("not-permitted", `${request.command} ${what}: ${refusal}`);
    }
    try {
      const result = await command.run(request.arguments);
      if (command.changes) {
        this.#log.info({ request, client: whoIs(peer) }, "changed by the control socket");
      }
      if (command.reveals) {
        this.#log.info({ request, client: whoIs(peer) }, "packets are shown by the control socket");
      }
      return result instanceof ControlStream ? result : { ok: true, result };
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** What a MapdError says is the client's to read; anything else is a fault of ours. */
  #failed(error: unknown): ControlReply {
    if (error instanceof MapdError) return failure(error.code, error.message, error.diagnostics);
    this.#failures.count("internal_faults", "control");
    this.#log.error({ err: error }, "control command failed");
    return failure("failed", error instanceof Error ? error.message : String(error));
  }

  /** Stops listening and cuts the clients off; the socket file goes. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const client of this.#clients) client.destroy();
    await closed;
  }
}

/** For the log. */
function whoIs(peer: Peer | null): Pick<Peer, "uid" | "pid"> | null {
  return peer === null ? null : { uid: peer.uid, pid: peer.pid };
}

/** With its parents. Node's own `recursive` never ends where the kernel makes no folders, as below /proc. */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

function send(socket: Socket, reply: ControlReply): void {
  if (socket.writable) socket.write(`${JSON.stringify(reply)}\n`);
}

/** True where a process accepts connections on the socket. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      // EAGAIN: the queue of a daemon that is alive is full.
      resolve(error.code !== "ECONNREFUSED" && error.code !== "ENOENT");
    });
  });
}
