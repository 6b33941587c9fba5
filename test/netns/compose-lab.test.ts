/*
 * The compose lab as an engine would start it, in namespaces: a bridge for each network, the addresses of the file,
 * the default route by the first network's gateway, each service's own command. The programs are this checkout's.
 */
import "./sandboxed.js";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Test, test } from "tap";
import { inNamespace, run, start, stop, tryRun, until } from "../../lab/process.js";
import {
  type ComposeFile,
  type ComposeService,
  readCompose,
  volumesOf,
} from "../package/compose-file.js";

const MAPD = fileURLToPath(new URL("../../daemon/mapd.js", import.meta.url));
const READY_MS = 20_000;

function lengthOf(subnet: string): string {
  return subnet.slice(subnet.indexOf("/"));
}

async function makeNetwork(name: string, config: ComposeFile["networks"][string]): Promise<void> {
  await run(["ip", "link", "add", name, "type", "bridge"]);
  for (const { subnet, gateway } of config.ipam.config) {
    const address = ["ip", "address", "add", `${gateway}${lengthOf(subnet)}`, "dev", name];
    await run(gateway.includes(":") ? [...address, "nodad"] : address);
  }
  await run(["ip", "link", "set", name, "up"]);
}

/** One leg of a service, with the gateway's default route where it has none yet. */
async function connect(
  service: string,
  network: string,
  file: ComposeFile,
  index: number,
): Promise<void> {
  const device = `eth${index}`;
  const within = (words: readonly string[]): Promise<string> => run(inNamespace(service, words));
  const peer = ["peer", "name", device, "netns", service];
  await run(["ip", "link", "add", `${service}${index}`, "type", "veth", ...peer]);
  await run(["ip", "link", "set", `${service}${index}`, "master", network, "up"]);
  await within(["ip", "link", "set", device, "up"]);
  const wanted = file.services[service]?.networks[network] ?? {};
  for (const { subnet, gateway } of file.networks[network]?.ipam.config ?? []) {
    const six = gateway.includes(":");
    const address = six ? wanted.ipv6_address : (wanted.ipv4_address ?? spare(subnet, service));
    if (address === undefined) continue;
    const add = ["ip", "address", "add", `${address}${lengthOf(subnet)}`, "dev", device];
    await within(six ? [...add, "nodad"] : add);
    await tryRun(inNamespace(service, ["ip", "route", "add", "default", "via", gateway]));
  }
}

/** What an engine gives where the file names no address. */
function spare(subnet: string, service: string): string {
  return subnet.replace(/\.\d+\/.*$/, `.${100 + service.length}`);
}

/** The service's command with the names of the image replaced by those of this machine. */
function commandOf(name: string, service: ComposeService): readonly string[] {
  const script = volumesOf(service)
    .reduce((text, { source, target }) => text.replaceAll(target, source), service.command[0])
    .replaceAll("/usr/lib/mapd/node", process.execPath);
  // Each container has a /run of its own.
  const alone = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs tmpfs /run && exec "$@"', "sh"];
  return inNamespace(name, [...alone, ...service.entrypoint, script]);
}

function startService(t: Test, name: string, service: ComposeService, path: string): () => string {
  const env = { ...process.env, PATH: `${path}:${process.env.PATH}` };
  const child = start(commandOf(name, service), { stdio: ["ignore", "ignore", "pipe"], env });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  t.teardown(() => stop(child, "SIGKILL"));
  return () => `${name}: ${said}`;
}

/** A folder that has mapd as a program, as the image has. */
function programs(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), "mapd-compose-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "mapd"), `#!/bin/sh\nexec ${process.execPath} ${MAPD} "$@"\n`);
  chmodSync(join(folder, "mapd"), 0o755);
  return folder;
}

test("in the compose lab the client reaches the server, which sees the CE's shared address", async (t) => {
  const file = readCompose();
  for (const [name, network] of Object.entries(file.networks)) await makeNetwork(name, network);
  for (const [name, service] of Object.entries(file.services)) {
    await run(["ip", "netns", "add", name]);
    await run(inNamespace(name, ["ip", "link", "set", "lo", "up"]));
    for (const [key, value] of Object.entries(service.sysctls)) {
      const place = `/proc/sys/${key.replaceAll(".", "/")}`;
      await run(inNamespace(name, ["sh", "-c", 'echo "$1" >"$2"', "sh", value, place]));
    }
    for (const [index, network] of Object.keys(service.networks).entries()) {
      await connect(name, network, file, index);
    }
  }
  const path = programs(t);
  const logs = Object.entries(file.services).map(([name, service]) =>
    startService(t, name, service, path),
  );
  let answer = "";
  const fetch = inNamespace("client", ["curl", "--silent", "--max-time", "2", "203.0.113.10"]);
  const reached = await until(async () => {
    answer = (await tryRun(fetch)).stdout;
    return answer !== "";
  }, READY_MS);
  if (!reached) t.comment(logs.map((log) => log()).join("\n"));
  t.equal(answer, "192.0.2.18\n");
});
