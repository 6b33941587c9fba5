import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { type Test, test } from "tap";
import type { ControlCommand } from "../../../../daemon/control/command.js";
import { ControlServer } from "../../../../daemon/control/server.js";
import { ControlStream, type SendMore } from "../../../../daemon/control/stream.js";
import { listenToDaemon } from "../../../../daemon/control/stream-client.js";
import { MapdError } from "../../../../daemon/errors.js";

/** A server with one command that streams; what the command was given, by whoever came last. */
interface Rig {
  readonly server: ControlServer;
  /** Resolves when a stream has begun. */
  readonly begun: Promise<SendMore>;
  /** Resolves when it has been ended. */
  readonly ended: Promise<void>;
}

async function rig(t: Test): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), "mapd-stream-"));
  let begin: (send: SendMore) => void = () => undefined;
  let end: () => void = () => undefined;
  const begun = new Promise<SendMore>((resolve) => {
    begin = resolve;
  });
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const commands: readonly ControlCommand[] = [
    {
      name: "watch",
      summary: "",
      run: () =>
        new ControlStream({ first: true }, (send) => {
          begin(send);
          return end;
        }),
    },
    {
      name: "watch-busy",
      summary: "",
      run: () =>
        new ControlStream({ first: true }, () => {
          throw new MapdError("refused", "others watch already");
        }),
    },
    {
      name: "refuse",
      summary: "",
      run: () => {
        throw new MapdError("not-found", "there is no such thing");
      },
    },
  ];
  const server = new ControlServer(join(folder, "s"), commands, pino({ level: "silent" }));
  await server.listen();
  t.teardown(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  return { server, begun, ended };
}

test("documents arrive in order until the listener ends it, and the command hears that", async (t) => {
  const { server, begun, ended } = await rig(t);
  const documents: object[] = [];
  const end = new AbortController();
  const listening = listenToDaemon(
    server.path,
    "watch",
    {},
    (one) => {
      documents.push(one);
      if (documents.length === 3) end.abort();
    },
    end.signal,
  );
  const send = await begun;
  t.equal(send({ number: 1 }), true);
  t.equal(send({ text: "two\nlines" }), true);
  await listening;
  t.same(documents, [{ first: true }, { number: 1 }, { text: "two\nlines" }]);
  await ended;
  t.equal(send({ late: true }), true, "what comes too late for a client that has gone is nobody's");
});

test("a refusal ends it with the daemon's own error", async (t) => {
  const { server } = await rig(t);
  const { signal } = new AbortController();
  const listening = listenToDaemon(server.path, "refuse", {}, () => undefined, signal);
  await t.rejects(listening, { code: "not-found", message: "there is no such thing" });
  const none = listenToDaemon(`${server.path}x`, "watch", {}, () => undefined, signal);
  await t.rejects(none, { code: "daemon-unreachable" });
});

test("a stream that cannot begin is refused, and the client may ask on", async (t) => {
  const { server } = await rig(t);
  const { signal } = new AbortController();
  const heard: object[] = [];
  const listening = listenToDaemon(server.path, "watch-busy", {}, (one) => heard.push(one), signal);
  await t.rejects(listening, { code: "refused", message: "others watch already" });
  t.same(heard, []);
  let received = "";
  const socket = createConnection(server.path, () => {
    socket.write('{"command":"watch-busy"}\n{"command":"watch"}\n');
  });
  t.teardown(() => socket.destroy());
  await new Promise<void>((resolve) => {
    socket.setEncoding("utf8").on("data", (text: string) => {
      received += text;
      if (received.split("\n").length === 3) resolve();
    });
  });
  t.equal(
    received,
    '{"ok":false,"error":{"code":"refused","message":"others watch already","diagnostics":[]}}\n' +
      '{"ok":true,"result":{"first":true}}\n',
  );
});

test("what the listener throws ends it, and reaches who has asked for it", async (t) => {
  const { server, begun, ended } = await rig(t);
  let heard = 0;
  const take = (): void => {
    heard++;
    if (heard === 2) throw new Error("the disk is full");
  };
  const { signal } = new AbortController();
  const listening = listenToDaemon(server.path, "watch", {}, take, signal);
  const send = await begun;
  for (let i = 0; i < 3; i++) send({ i });
  await t.rejects(listening, { message: "the disk is full" });
  await ended;
  t.equal(heard, 2);
});

test("a daemon that ends is told apart from a stream that is silent", async (t) => {
  const { server, begun, ended } = await rig(t);
  const { signal } = new AbortController();
  const listening = listenToDaemon(server.path, "watch", {}, () => undefined, signal);
  await begun;
  await server.close();
  await t.rejects(listening, { code: "daemon-unreachable", message: /has hung up/ });
  await ended;
});

test("a listener that dies ends it, and one that talks is not heard", async (t) => {
  const { server, begun, ended } = await rig(t);
  let received = "";
  const socket = createConnection(server.path, () => socket.write('{"command":"watch"}\n'));
  const heard = new Promise<void>((resolve) => {
    socket.setEncoding("utf8").on("data", (text: string) => {
      received += text;
      if (received.endsWith('"last":true}}\n')) resolve();
    });
  });
  const send = await begun;
  await new Promise<void>((resolve) => {
    socket.write('{"command":"refuse"}\n{"command":"watch"}\n', () => resolve());
  });
  send({ last: true });
  await heard;
  t.equal(received, '{"ok":true,"result":{"first":true}}\n{"ok":true,"result":{"last":true}}\n');
  socket.destroy();
  await ended;
});

test("for a listener that does not read only so much is kept; the rest is refused", async (t) => {
  const { server, begun, ended } = await rig(t);
  const socket = createConnection(server.path, () => socket.write('{"command":"watch"}\n'));
  socket.pause();
  const send = await begun;
  const document = { text: "x".repeat(1000) };
  let sent = 0;
  while (send(document) && sent < 100_000) sent++;
  t.ok(sent > 1000 && sent < 3000, `${sent} documents of a thousand bytes were taken`);
  t.equal(send(document), false);
  socket.resume();
  while (!send(document)) await new Promise((resolve) => setImmediate(resolve));
  t.pass("it reads again and gets what is new");
  socket.destroy();
  await ended;
});
