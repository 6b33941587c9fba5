/** Answers that go on: lines as they come, no payload, and an end whoever leaves first. */
import { EventEmitter } from "node:events";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { mock } from "node:test";
import { type Test, test } from "tap";
import type { ControlCommand } from "../../../../daemon/control/command.js";
import { ControlStream, type SendMore } from "../../../../daemon/control/stream.js";
import { MapdError } from "../../../../daemon/errors.js";
import { pulseOf, sendStream } from "../../../../daemon/http/answer-stream.js";
import type { HttpServer } from "../../../../daemon/http/server.js";
import { ECHOES, get, serve } from "./rig.js";

/** A trace that a test sends through. */
class FakeTrace {
  readonly sends: SendMore[] = [];
  stopped = 0;
  refusal: MapdError | null = null;
  #told: (() => void) | null = null;

  readonly commands: readonly ControlCommand[] = ECHOES.map((command) =>
    command.name === "trace" ? { ...command, reveals: true, run: () => this.#stream() } : command,
  );

  #stream(): ControlStream {
    return new ControlStream({ event: "started" }, (send) => {
      if (this.refusal !== null) throw this.refusal;
      this.sends.push(send);
      return () => {
        this.stopped++;
        this.#told?.();
      };
    });
  }

  /** Resolves when `count` have ended. */
  async ended(count: number): Promise<void> {
    while (this.stopped < count) {
      await new Promise<void>((resolve) => {
        this.#told = resolve;
      });
    }
  }
}

class Client {
  readonly response: IncomingMessage;
  readonly #asked: ClientRequest;
  #rest = "";
  readonly #lines: string[] = [];

  private constructor(asked: ClientRequest, response: IncomingMessage) {
    this.#asked = asked;
    this.response = response;
  }

  static async open(t: Test, server: HttpServer): Promise<Client> {
    const asked = request({ host: "127.0.0.1", port: server.port, path: "/api/trace" });
    asked.end();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      asked.on("response", resolve).on("error", reject);
    });
    response.setEncoding("utf8").on("error", () => undefined);
    const client = new Client(asked, response);
    t.teardown(() => client.leave());
    return client;
  }

  /** The next line that says something. */
  async line(): Promise<unknown> {
    for (;;) {
      const line = this.#lines.shift();
      if (line === undefined) await this.#more();
      else if (line !== "") return JSON.parse(line);
    }
  }

  async #more(): Promise<void> {
    const chunk: unknown = this.response.read();
    if (typeof chunk === "string") {
      const lines = (this.#rest + chunk).split("\n");
      this.#rest = lines.pop() ?? "";
      this.#lines.push(...lines);
    } else await new Promise((resolve) => this.response.once("readable", resolve));
  }

  leave(): void {
    this.#asked.destroy();
  }
}

test("each document is a line, as soon as it is there", async (t) => {
  const trace = new FakeTrace();
  const server = await serve(t, { commands: trace.commands });
  const client = await Client.open(t, server);
  t.equal(client.response.statusCode, 200);
  t.match(client.response.headers, {
    "content-type": "application/x-ndjson; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  t.same(await client.line(), { event: "started" });
  for (const n of [1, 2]) {
    t.equal(trace.sends[0]?.({ n }), true);
    t.same(await client.line(), { n });
  }
  client.leave();
  await trace.ended(1);
});

test("when the server closes, the trace ends, too", async (t) => {
  const trace = new FakeTrace();
  const server = await serve(t, { commands: trace.commands });
  await Client.open(t, server);
  await server.close();
  await trace.ended(1);
});

test("200 documents a second are sent, and who sends more is told", async (t) => {
  const trace = new FakeTrace();
  const server = await serve(t, { commands: trace.commands });
  await Client.open(t, server);
  const taken = Array.from({ length: 300 }, (_, n) => trace.sends[0]?.({ n }));
  t.equal(taken.filter((one) => one === true).length, 200);
});

test("who does not read gets no more than fits in between", async (t) => {
  const trace = new FakeTrace();
  const server = await serve(t, { commands: trace.commands });
  const client = await Client.open(t, server);
  client.response.pause();
  const text = "x".repeat(1024 * 1024);
  const taken = Array.from({ length: 100 }, () => trace.sends[0]?.({ text }));
  t.ok(taken.filter((one) => one === true).length < 10);
});

test("who reads nothing for ten seconds is cut off; who reads again in time is not", async (t) => {
  const told: string[] = [];
  const response = {
    writableNeedDrain: true,
    write: (text: string): boolean => told.push(text) > 0,
    destroy: (): void => void told.push("destroyed"),
  };
  const pulse = pulseOf(response as never, () => told.push("cut off"));
  const beat = (times: number): void => Array.from({ length: times }).forEach(pulse);
  beat(4);
  response.writableNeedDrain = false;
  beat(1);
  t.same(told, ["\n"]);
  response.writableNeedDrain = true;
  beat(4);
  t.same(told, ["\n"]);
  beat(1);
  t.same(told, ["\n", "cut off", "destroyed"]);
});

/** A response that nobody reads the end of; it throws as Node's fails where something is written behind the end. */
class UnreadResponse extends EventEmitter {
  readonly socket = { destroyed: false };
  readonly writableNeedDrain = false;
  headersSent = false;
  writableEnded = false;
  destroyed = false;

  writeHead(): void {
    this.headersSent = true;
  }

  write(): boolean {
    if (this.writableEnded) throw new Error("write after end");
    return true;
  }

  end(): void {
    this.writableEnded = true;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit("close");
  }
}

test("after ten minutes it ends, and who has not read the rest ten seconds later is cut off", (t) => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  t.teardown(() => mock.timers.reset());
  const response = new UnreadResponse();
  const sends: SendMore[] = [];
  const told: string[] = [];
  const stream = new ControlStream({ event: "started" }, (send) => {
    sends.push(send);
    return () => told.push("stopped");
  });
  t.equal(
    sendStream(response as never, stream, () => told.push("cut off")),
    null,
  );
  mock.timers.tick(10 * 60_000 - 1);
  t.equal(sends[0]?.({ n: 1 }), true);
  mock.timers.tick(1);
  t.same([sends[0]?.({ n: 2 }), response.writableEnded], [false, true]);
  mock.timers.tick(9_999);
  t.same([told, response.destroyed], [["stopped"], false]);
  mock.timers.tick(1);
  t.same([told, response.destroyed], [["stopped", "cut off"], true]);
  t.end();
});

test("the fifth is refused while four go on, and other answers are given", async (t) => {
  const trace = new FakeTrace();
  const server = await serve(t, { commands: trace.commands });
  const clients = await Promise.all([1, 2, 3, 4].map(() => Client.open(t, server)));
  const fifth = await get(server, "/api/trace");
  t.same([fifth.status, fifth.headers["retry-after"]], [503, "1"]);
  t.equal((await get(server, "/api/status")).status, 200);
  clients[0]?.leave();
  await trace.ended(1);
  const another = await Client.open(t, server);
  t.equal(another.response.statusCode, 200);
});

test("a trace that cannot begin is an answer, and the next one begins", async (t) => {
  const trace = new FakeTrace();
  trace.refusal = new MapdError("refused", "too many traces");
  const server = await serve(t, { commands: trace.commands });
  for (let n = 0; n < 6; n++) {
    const { status, text } = await get(server, "/api/trace");
    t.equal(status, 409);
    t.match(JSON.parse(text), { diagnostics: [{ message: "too many traces" }] });
  }
  trace.refusal = null;
  t.equal((await Client.open(t, server)).response.statusCode, 200);
});

test("HEAD tells of what would come and begins nothing", async (t) => {
  const trace = new FakeTrace();
  const server = await serve(t, { commands: trace.commands });
  const { status, headers } = await get(server, "/api/trace", {}, "HEAD");
  t.same([status, headers["content-type"]], [200, "application/x-ndjson; charset=utf-8"]);
  t.equal(trace.sends.length, 0);
});
