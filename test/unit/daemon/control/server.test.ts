import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { type Test, test } from "tap";
import { z } from "zod";
import { askDaemon } from "../../../../daemon/control/client.js";
import { type ControlCommand, controlCommand } from "../../../../daemon/control/command.js";
import { controlCommands } from "../../../../daemon/control/commands.js";
import { MAX_REQUEST_LEN } from "../../../../daemon/control/protocol.js";
import { ControlServer } from "../../../../daemon/control/server.js";
import { MapdError } from "../../../../daemon/errors.js";
import { controlled, controlledDaemon } from "../fake-nat44.js";
import { BR_T, CE_T, daemonOf, domainOf, viewOf } from "../samples.js";

const LOG = pino({ level: "silent" });

const COMMANDS: readonly ControlCommand[] = [
  controlCommand(
    "echo",
    "",
    z.strictObject({ text: z.string(), times: z.int().default(1) }),
    (args) => args,
  ),
  {
    name: "lost",
    summary: "",
    run: () => {
      const row = {
        code: "gone",
        severity: "error",
        path: "x",
        message: "it is gone",
        rfc: "",
      } as const;
      throw new MapdError("not-found", "nothing there", { diagnostics: [row] });
    },
  },
  { name: "hello", summary: "", run: () => ({ hello: "world" }) },
  { name: "late", summary: "", run: async () => ({ late: true }) },
  {
    name: "broken",
    summary: "",
    run: () => {
      throw new Error("out of order");
    },
  },
];

function folder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), "mapd-control-"));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function serve(t: Test, commands = COMMANDS): Promise<string> {
  const server = new ControlServer(join(folder(t), "run", "mapd.sock"), commands, LOG);
  await server.listen();
  t.teardown(() => server.close());
  return server.path;
}

/** Everything that the server says to `text` until it hangs up, or until `lines` lines have come. */
function talk(path: string, text: string, lines: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = createConnection(path, () => socket.write(text));
    const done = (): void => {
      socket.destroy();
      resolve(received.trimEnd().split("\n"));
    };
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      received += chunk;
      if (received.split("\n").length > lines) done();
    });
    socket.on("end", done);
    socket.on("error", reject);
  });
}

test("the socket is made with its folder, for owner and group, and goes again", async (t) => {
  const path = join(folder(t), "a", "b", "mapd.sock");
  const server = new ControlServer(path, COMMANDS, LOG);
  await server.listen();
  t.equal(statSync(path).mode & 0o777, 0o660);
  await server.close();
  t.notOk(existsSync(path));
});

test("a command gives its result", async (t) => {
  const path = await serve(t);
  t.same(await askDaemon(path, "hello"), { hello: "world" });
});

test("arguments reach the command, with their defaults", async (t) => {
  const path = await serve(t);
  t.same(await askDaemon(path, "echo", { text: "a" }), { text: "a", times: 1 });
});

test("everything wrong with the arguments is told at once, as usage", async (t) => {
  const path = await serve(t);
  await t.rejects(askDaemon(path, "echo", { txt: "a", times: "2" }), {
    code: "usage",
    exitStatus: 2,
    diagnostics: [
      { code: "missing-key", path: "text", message: "is required" },
      { code: "wrong-type", path: "times", message: 'must be a whole number, not the text "2"' },
      { code: "unknown-key", path: "txt", message: 'unknown key; did you mean "text"?' },
    ],
  });
  for (const given of ["null", "7", "[]", '"text"']) {
    const [line = ""] = await talk(path, `{"command":"echo","arguments":${given}}\n`, 1);
    t.match(JSON.parse(line), { ok: false, error: { code: "usage" } }, given);
  }
});

test("a command without arguments takes a request without them, and none that has some", async (t) => {
  const daemon = controlledDaemon(daemonOf([]), []);
  const path = await serve(t, controlCommands(daemon, "1.2.3"));
  const [first = "", second = ""] = await talk(
    path,
    '{"command":"status"}\n{"command":"status","arguments":{"x":1}}\n',
    2,
  );
  t.match(JSON.parse(first), { ok: true, result: { schema: "mapd.status/1" } });
  t.match(JSON.parse(second), { ok: false, error: { code: "usage" } });
});

test("an error of the daemon keeps its code, so that the exit status is right", async (t) => {
  const path = await serve(t);
  await t.rejects(askDaemon(path, "lost"), {
    code: "not-found",
    exitStatus: 6,
    message: "nothing there",
    diagnostics: [{ code: "gone", path: "x", message: "it is gone" }],
  });
});

/** What a newer daemon, or something else, may say. */
const REPLIES = [
  { reply: { code: "too-hot", message: "wait" }, says: /mapd refused: wait/ },
  { reply: { code: "usage", message: "no", diagnostics: [7, { code: "x" }] }, says: /^no$/ },
  { reply: { code: 7, message: "no" }, says: /does not speak mapd's protocol/ },
  { reply: { code: "usage" }, says: /does not speak mapd's protocol/ },
];

for (const { reply, says } of REPLIES) {
  test(`the refusal ${JSON.stringify(reply)} is understood as far as it goes`, async (t) => {
    const path = join(folder(t), "other.sock");
    const text = `${JSON.stringify({ ok: false, error: reply })}\n`;
    const other = createServer((socket) => socket.end(text));
    await new Promise<void>((resolve) => other.listen(path, resolve));
    t.teardown(() => other.close());
    await t.rejects(askDaemon(path, "hello"), { message: says, diagnostics: [] });
  });
}

test("the log tells of what changes something, and of nothing else", async (t) => {
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line) => lines.push(line) });
  const [echo] = COMMANDS;
  const commands = [...COMMANDS, { ...echo!, name: "change", changes: true as const }];
  const server = new ControlServer(join(folder(t), "s"), commands, log);
  await server.listen();
  t.teardown(() => server.close());
  await askDaemon(server.path, "echo", { text: "a" });
  await askDaemon(server.path, "change", { text: "b" });
  await t.rejects(askDaemon(server.path, "change", { text: 7 }));
  t.equal(lines.length, 1);
  t.match(JSON.parse(lines[0] ?? ""), {
    msg: "changed by the control socket",
    request: { command: "change", arguments: { text: "b" } },
  });
});

test("several requests on one connection are answered in order", async (t) => {
  const path = await serve(t);
  const request = '{"command":"late"}\n{"command":"hello"}\n{"command":"late"}\n';
  t.same(await talk(path, request, 3), [
    '{"ok":true,"result":{"late":true}}',
    '{"ok":true,"result":{"hello":"world"}}',
    '{"ok":true,"result":{"late":true}}',
  ]);
});

const bad = [
  { name: "no JSON", line: "status", code: "bad-request" },
  { name: "not an object", line: "7", code: "bad-request" },
  { name: "null", line: "null", code: "bad-request" },
  { name: "no command", line: "{}", code: "bad-request" },
  { name: "a command that is no text", line: '{"command":7}', code: "bad-request" },
  { name: "an unknown command", line: '{"command":"fly"}', code: "unknown-command" },
  { name: "a command that fails", line: '{"command":"broken"}', code: "failed" },
];

for (const c of bad) {
  test(`${c.name} is answered, and the connection goes on`, async (t) => {
    const path = await serve(t);
    const [first, second] = await talk(path, `${c.line}\n{"command":"hello"}\n`, 2);
    t.match(JSON.parse(first ?? ""), { ok: false, error: { code: c.code } });
    t.equal(second, '{"ok":true,"result":{"hello":"world"}}');
  });
}

test("a request without end is refused and cut off", async (t) => {
  const path = await serve(t);
  const lines = await talk(path, "x".repeat(MAX_REQUEST_LEN + 1), 9);
  t.equal(lines.length, 1);
  t.match(JSON.parse(lines[0] ?? ""), { ok: false, error: { code: "bad-request" } });
});

test("a socket that a killed daemon left is replaced", async (t) => {
  const path = join(folder(t), "mapd.sock");
  const { spawnSync } = await import("node:child_process");
  const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", script]);
  t.ok(existsSync(path), "the dead process left its socket");
  const server = new ControlServer(path, COMMANDS, LOG);
  await server.listen();
  t.teardown(() => server.close());
  t.same(await askDaemon(path, "hello"), { hello: "world" });
});

test("a living daemon keeps its socket", async (t) => {
  const path = await serve(t);
  await t.rejects(new ControlServer(path, COMMANDS, LOG).listen(), {
    code: "control-socket",
    message: /another mapd listens/,
  });
  t.same(await askDaemon(path, "hello"), { hello: "world" });
});

test("a file that is no socket is left alone", async (t) => {
  const path = join(folder(t), "precious");
  writeFileSync(path, "text");
  await t.rejects(new ControlServer(path, COMMANDS, LOG).listen(), {
    code: "control-socket",
    message: /is not a socket/,
  });
  t.ok(statSync(path).isFile());
});

test("a folder that cannot be made is explained", async (t) => {
  const file = join(folder(t), "file");
  writeFileSync(file, "");
  await t.rejects(new ControlServer(join(file, "mapd.sock"), COMMANDS, LOG).listen(), {
    code: "control-socket",
    message: /set control-socket to a path/,
  });
});

test("a folder below /proc is refused, not tried for ever", { timeout: 10_000 }, async (t) => {
  await t.rejects(new ControlServer("/proc/mapd/mapd.sock", COMMANDS, LOG).listen(), {
    code: "control-socket",
    message: /set control-socket to a path/,
  });
});

test("nobody there: unreachable, with the remedy", async (t) => {
  await t.rejects(askDaemon(join(folder(t), "none.sock"), "hello"), {
    code: "daemon-unreachable",
    exitStatus: 3,
    message: /--socket or MAPD_SOCKET/,
  });
});

test("something that is no mapd is told apart from a mapd that is not there", async (t) => {
  const path = join(folder(t), "other.sock");
  const other = createServer((socket) => socket.end("220 mail ready\r\n"));
  await new Promise<void>((resolve) => other.listen(path, resolve));
  t.teardown(() => other.close());
  await t.rejects(askDaemon(path, "hello"), { code: "control-protocol" });
});

test("a refusal reaches the caller", async (t) => {
  const path = await serve(t);
  await t.rejects(askDaemon(path, "broken"), { code: "control-protocol", message: /out of order/ });
});

test("the daemon's own commands answer with their documents", async (t) => {
  const domains = [viewOf(domainOf(BR_T)), viewOf(domainOf(CE_T))].map(controlled);
  const daemon = controlledDaemon(daemonOf([]), domains);
  const path = await serve(t, controlCommands(daemon, "1.2.3"));
  t.match(await askDaemon(path, "status"), { schema: "mapd.status/1", version: "1.2.3" });
  t.match(await askDaemon(path, "counters"), {
    schema: "mapd.counters/1",
    domains: [{ name: "br-t" }, { name: "ce-t" }],
  });
});
