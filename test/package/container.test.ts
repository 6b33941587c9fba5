/* The Containerfile and the compose lab: what can be seen without a container engine. The lab itself runs in test/netns. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "tap";
import { loadConfig } from "../../daemon/config/load.js";
import { ROOT } from "./checkout.js";
import { COMPOSE_FILE, readCompose, volumesOf } from "./compose-file.js";
import { readContainerfile } from "./containerfile.js";

const INSTRUCTIONS = ["FROM", "WORKDIR", "COPY", "RUN", "ENTRYPOINT", "CMD"];

function manifest(): { scripts: Record<string, string>; files: readonly string[] } {
  return JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
}

test("the Containerfile has known instructions, images by version, and copies only what is there", async (t) => {
  const stages = readContainerfile();
  t.same(
    stages.map(({ name, base }) => [name, base]),
    [
      ["build", "node:22-bookworm"],
      ["mapd", "debian:bookworm-slim"],
      ["lab", "mapd"],
    ],
  );
  for (const { name, steps, copies } of stages) {
    for (const { instruction, text } of steps) {
      t.ok(INSTRUCTIONS.includes(instruction), `${name}: ${instruction}`);
      if (!/^(ENTRYPOINT|CMD)$/.test(instruction)) continue;
      t.ok(Array.isArray(JSON.parse(text)), `${name}: ${instruction} is a JSON list`);
    }
    for (const { sources } of copies.filter(({ from }) => from === null)) {
      for (const source of sources) t.ok(existsSync(join(ROOT, source)), source);
    }
    for (const { from } of copies.filter((copy) => copy.from !== null)) {
      t.ok(
        stages.some((stage) => stage.name === from),
        `${name} copies from ${from}`,
      );
    }
  }
});

test("the build stage gets every folder that the packages are made of, and runs a script that exists", async (t) => {
  const [build] = readContainerfile();
  const copied = build?.copies.flatMap(({ sources }) => sources) ?? [];
  const { scripts, files } = manifest();
  const needed = files
    .map((pattern) => /^[^/*]+/.exec(pattern)?.[0] ?? "")
    .filter((top) => top !== "dist" && top !== "native");
  for (const top of [...needed, "src", "daemon", "web", "scripts", "native/src", "packaging/deb"]) {
    t.ok(copied.includes(top), top);
  }
  const runs = build?.steps.filter(({ instruction }) => instruction === "RUN") ?? [];
  t.same(
    runs.map(({ text }) => /^npm run ([^ ]+)/.exec(text)?.[1]),
    ["deb"],
  );
  t.type(scripts.deb, "string");
});

test("the compose lab names files, stages and networks that exist, and routers with what they need", async (t) => {
  const { services, networks } = readCompose();
  const stages = readContainerfile().map(({ name }) => name);
  t.same(Object.keys(services).sort(), ["br", "ce", "client", "server"]);
  for (const [name, service] of Object.entries(services)) {
    const { context, dockerfile, target } = service.build;
    t.equal(resolve(dirname(COMPOSE_FILE), context, dockerfile), join(ROOT, "Containerfile"));
    t.ok(stages.includes(target), `${name}: stage ${target}`);
    for (const used of Object.keys(service.networks)) t.ok(networks[used], `${name}: ${used}`);
    if (volumesOf(service).length === 0) continue;
    t.same(service.devices, ["/dev/net/tun:/dev/net/tun"], name);
    t.same(service.sysctls, {
      "net.ipv4.ip_forward": "1",
      "net.ipv6.conf.all.forwarding": "1",
    });
  }
});

test("the configurations of the compose lab have no fault", async (t) => {
  const volumes = Object.values(readCompose().services).flatMap(volumesOf);
  t.equal(volumes.length, 2);
  for (const { source, target } of volumes) {
    t.equal(target, "/etc/mapd/mapd.yaml");
    const checked = await loadConfig(source);
    t.same(checked.diagnostics, [], source);
    t.ok(checked.ok, source);
  }
});
