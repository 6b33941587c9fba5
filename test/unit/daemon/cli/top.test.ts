/** mapctl top against a made-up NAT44. */
import { test } from "tap";
import { type Live, live } from "./nat44-daemon.js";
import { documentIn } from "./run.js";

function fill({ nat44 }: Live): void {
  const host = (last: number, tcpPorts: number, udpPorts: number, sessions: number) => {
    return { address: 0xc0a80100 + last, tcpPorts, udpPorts, icmpIds: 1, sessions };
  };
  nat44.hosts = [host(9, 3, 1, 7), host(10, 100, 20, 50), host(8, 4, 0, 900)];
}

test("hosts by ports", async (t) => {
  const setup = await live(t);
  fill(setup);
  t.same(await setup.mapctl("top"), {
    status: 0,
    stdout: `host          ports  tcp  udp  icmp  sessions
192.168.1.10    121  100   20     1        50
192.168.1.8       5    4    0     1       900
192.168.1.9       5    3    1     1         7
`,
    stderr: "",
  });
});

test("hosts by sessions, the first of them", async (t) => {
  const setup = await live(t);
  fill(setup);
  const outcome = await setup.mapctl("top", "--by", "sessions", "--limit", "1", "--json");
  t.same(documentIn(outcome), {
    schema: "mapd.top/1",
    domain: "ce-t",
    by: "sessions",
    total: 3,
    hosts: [
      {
        address: "192.168.1.8",
        ports: 5,
        tcpPorts: 4,
        udpPorts: 0,
        icmpIds: 1,
        sessions: 900,
      },
    ],
  });
});

test("ten hosts where no number is said, all with 0", async (t) => {
  const { nat44, mapctl } = await live(t);
  nat44.hosts = Array.from({ length: 12 }, (_, i) => {
    return { address: 0xc0a80101 + i, tcpPorts: 12 - i, udpPorts: 0, icmpIds: 0, sessions: 0 };
  });
  const ten = documentIn(await mapctl("top", "--json"));
  t.equal(ten.total, 12);
  t.equal((ten.hosts as readonly object[]).length, 10);
  const all = documentIn(await mapctl("top", "--limit", "0", "--json"));
  t.equal((all.hosts as readonly object[]).length, 12);
});

test("another order than these two ends with 2", async (t) => {
  const { mapctl } = await live(t);
  t.match(await mapctl("top", "--by", "bytes"), { status: 2, stderr: /ports, sessions/ });
});
