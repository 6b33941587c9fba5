/* A CE whose NAT44 refuses packets says so in its log, soon, seldom, and with who holds the ports. */
import "./sandboxed.js";
import { test } from "tap";
import { CE_T, mapctl, prepareHost, run, until } from "./daemon-under-test.js";
import { started, status } from "./reload.js";

/** More than two ticks of a worker, so that a line a tick would show. */
const TICKS_MS = 2_500;

prepareHost();

test("a host beyond its quota: one line at once, the next in a minute", async (t) => {
  const { daemon, file } = await started(t, `${CE_T}    nat44: { max-ports-per-host: 1 }\n`);
  const text = "NAT44 refused packets";
  /** Datagrams of so many programs of the CE host, each from a port of its own. */
  const send = (count: number): void => {
    for (let i = 0; i < count; i++) run("bash", "-c", "echo x > /dev/udp/203.0.113.77/7");
  };
  send(1);
  await until(
    async () => (await status(file)).domains[0]?.nat44?.ports.udp.used === 1,
    () => "the one port that the host may have",
  );
  t.equal(daemon.count(text), 0, "nothing is refused yet");
  send(1);
  await daemon.logged(text);
  const line = daemon.log.split("\n").find((one) => one.includes(text)) ?? "{}";
  t.match(JSON.parse(line), {
    level: 40,
    domain: "ce-t",
    refusals: { noFreePort: 0, hostQuota: 1, tableFull: 0 },
    top: ["192.0.0.2: 0 TCP ports, 1 UDP ports, 0 ICMP identifiers, 1 sessions"],
  });
  send(3);
  await until(
    () => {
      const { stdout } = mapctl(file, "counters", "--json");
      return JSON.parse(stdout).domains[0].drops.nat44_host_quota.ipv4 === 4;
    },
    () => "three more drops",
  );
  await new Promise((resolve) => setTimeout(resolve, TICKS_MS));
  t.equal(daemon.count(text), 1);
});
