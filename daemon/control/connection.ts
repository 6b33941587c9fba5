/**
 * One client of the control socket: requests in, answers out, one at a time and in order. Whatever a client does, the
 * daemon holds no more for it than a request and an answer: nothing is read while an answer is made or waits to be read.
 */
import type { Socket } from "node:net";
import type { FailureReason } from "../runtime/failures.js";
import {
  type ControlReply,
  failure,
  IDLE_TIMEOUT_MS,
  MAX_BAD_REQUESTS,
  MAX_REQUEST_LEN,
  MAX_UNREAD_LEN,
  UNREAD_TIMEOUT_MS,
} from "./protocol.js";
import { ControlStream } from "./stream.js";

const NEWLINE = 0x0a;

export interface ConnectionEvents {
  answer(line: string): Promise<ControlReply | ControlStream>;
  /** What a client is told of a stream that could not begin. */
  failed(error: unknown): ControlReply;
  /** The client had to be cut off. */
  cutOff(reason: FailureReason<"control_connections_cut_off">): void;
}

export class ControlConnection {
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  #pending: Buffer = Buffer.alloc(0);
  /** In a row. */
  #badRequests = 0;
  #isWorking = false;

  constructor(socket: Socket, events: ConnectionEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.setTimeout(IDLE_TIMEOUT_MS, () => {
      // A command that takes long is not the client's silence.
      if (!this.#isWorking) this.#cutOff("silent");
    });
    socket.on("data", (chunk: Buffer) => {
      this.#pending = Buffer.concat([this.#pending, chunk]);
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    this.#socket.pause();
    for (let line = this.#nextLine(); line !== null; line = this.#nextLine()) {
      const answer = await this.#events.answer(line);
      const reply = answer instanceof ControlStream ? this.#stream(answer) : answer;
      if (reply === null) return;
      const isBad = !reply.ok && reply.error.code === "bad-request";
      this.#badRequests = isBad ? this.#badRequests + 1 : 0;
      if (!(await this.#send(reply))) return;
      if (this.#badRequests >= MAX_BAD_REQUESTS) return this.#cutOff("garbage");
    }
    if (this.#pending.length > MAX_REQUEST_LEN) {
      const text = `a request is at most ${MAX_REQUEST_LEN} bytes`;
      await this.#send(failure("bad-request", text));
      return this.#cutOff("garbage");
    }
    this.#isWorking = false;
    this.#socket.resume();
  }

  /**
   * From now on the client only listens; what it says is not heard, but that it hangs up is. Gives the refusal where
   * there is one.
   */
  #stream(stream: ControlStream): ControlReply | null {
    const socket = this.#socket;
    let isBegun = false;
    let unread: NodeJS.Timeout | null = null;
    const forgive = (): void => {
      if (unread !== null) clearTimeout(unread);
      unread = null;
    };
    const send = (document: object): boolean => {
      if (!isBegun) return false;
      if (socket.writableLength > MAX_UNREAD_LEN) {
        unread ??= setTimeout(() => this.#cutOff("unread"), UNREAD_TIMEOUT_MS);
        return false;
      }
      forgive();
      if (socket.writable) socket.write(line({ ok: true, result: document }));
      return true;
    };
    let stop: () => void;
    try {
      stop = stream.begin(send);
    } catch (error) {
      return this.#events.failed(error);
    }
    isBegun = true;
    send(stream.first);
    socket.removeAllListeners("data").on("data", () => undefined);
    socket.resume();
    const end = (): void => {
      forgive();
      stop();
    };
    if (socket.destroyed) end();
    else socket.on("drain", forgive).once("close", end);
    return null;
  }

  /** The next request, or null where none is complete. */
  #nextLine(): string | null {
    const end = this.#pending.indexOf(NEWLINE);
    if (end < 0) return null;
    const line = this.#pending.toString("utf8", 0, end);
    this.#pending = this.#pending.subarray(end + 1);
    return line;
  }

  /** Resolves once the client may be asked for more; false where it is gone, or does not read. */
  async #send(reply: ControlReply): Promise<boolean> {
    const socket = this.#socket;
    if (!socket.writable) return false;
    if (socket.write(line(reply))) return true;
    const { promise, resolve } = waiting();
    const timer = setTimeout(() => {
      this.#cutOff("unread");
      resolve(false);
    }, UNREAD_TIMEOUT_MS);
    const onDrain = (): void => resolve(true);
    const onClose = (): void => resolve(false);
    socket.once("drain", onDrain).once("close", onClose);
    const isRead = await promise;
    clearTimeout(timer);
    socket.off("drain", onDrain).off("close", onClose);
    return isRead;
  }

  /** What has been written still reaches a client that reads. */
  #cutOff(reason: FailureReason<"control_connections_cut_off">): void {
    this.#events.cutOff(reason);
    if (reason === "garbage") this.#socket.destroySoon();
    else this.#socket.destroy();
  }
}

function line(reply: ControlReply): string {
  return `${JSON.stringify(reply)}\n`;
}

function waiting(): { promise: Promise<boolean>; resolve: (isRead: boolean) => void } {
  let resolve: (isRead: boolean) => void = () => undefined;
  const promise = new Promise<boolean>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
