/** A service manager's end of sd_notify(3). Node has no Unix datagrams; Python, which node-gyp needs anyway, has. */
import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import type { Readable } from "node:stream";
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

/** Less than tap's own limit, so that a test tells what it waited for. */
const LIMIT_MS = 12_000;

export class NotifySocket {
  readonly address: string;
  /** In the order of arrival. */
  readonly messages: string[] = [];
  /** Tells of each line of the receiver. */
  readonly #lines = new EventEmitter();

  private constructor(address: string) {
    this.address = address;
  }

  /** `address` is a path, or `@` and a name in the abstract namespace. */
  static async open(t: Test, address: string): Promise<NotifySocket> {
    const child = spawn("python3", ["-c", SCRIPT, address], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    t.teardown(() => child.kill("SIGKILL"));
    const own = new NotifySocket(address);
    own.#read(child.stdout);
    await once(own.#lines, "line");
    return own;
  }

  #read(stdout: Readable): void {
    let pending = "";
    let isBound = false;
    stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = `${pending}${text}`.split("\n");
      pending = lines.pop() ?? "";
      for (const line of lines) {
        if (isBound) this.messages.push(JSON.parse(line));
        isBound = true;
        this.#lines.emit("line");
      }
    });
  }

  /** Resolves once a message from index `from` on fulfils the condition; gives its index. */
  async until(condition: (message: string) => boolean, from = 0): Promise<number> {
    const limit = AbortSignal.timeout(LIMIT_MS);
    for (;;) {
      const index = this.messages.findIndex((text, at) => at >= from && condition(text));
      if (index >= 0) return index;
      await once(this.#lines, "line", { signal: limit }).catch((error: unknown) => {
        const heard = JSON.stringify(this.messages, null, 1);
        throw new Error(`waited in vain for ${condition}, heard ${heard}`, { cause: error });
      });
    }
  }
}
