/** A service manager's end of sd_notify(3). Node has no Unix datagrams; Python, which node-gyp needs anyway, has. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Test } from "tap";

/** One JSON text a message; the first line says that the socket is there. */
const SCRIPT = `
import json, socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1].replace("@", "\\0", 1))
print("bound", flush=True)
while True:
    print(json.dumps(receiver.recv(65536).decode()), flush=True)
`;

export class NotifySocket {
  readonly address: string;
  /** In the order of arrival. */
  readonly messages: string[] = [];
  readonly #child: ChildProcess;

  private constructor(address: string, child: ChildProcess) {
    this.address = address;
    this.#child = child;
  }

  /** `address` is a path, or `@` and a name in the abstract namespace. */
  static async open(t: Test, address: string): Promise<NotifySocket> {
    const child = spawn("python3", ["-c", SCRIPT, address], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    t.teardown(() => child.kill("SIGKILL"));
    const own = new NotifySocket(address, child);
    await own.#read();
    return own;
  }

  async #read(): Promise<void> {
    const { stdout } = this.#child;
    if (stdout === null) throw new Error("no pipe");
    let pending = "";
    let isBound = false;
    stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = `${pending}${text}`.split("\n");
      pending = lines.pop() ?? "";
      for (const line of lines) {
        if (isBound) this.messages.push(JSON.parse(line));
        isBound = true;
        stdout.emit("line");
      }
    });
    await once(stdout, "line");
  }

  /** Resolves once a message after the first `from` fulfils the condition; gives its index. */
  async until(condition: (message: string) => boolean, from = 0): Promise<number> {
    for (;;) {
      const index = this.messages.findIndex((text, at) => at >= from && condition(text));
      if (index >= 0) return index;
      if (this.#child.stdout === null) throw new Error("no pipe");
      await once(this.#child.stdout, "line");
    }
  }
}
