/*
 * Where the end-user prefix is on-link, the host of a CE answers neighbour discovery for the MAP address.
 *
 *   namespace peer [wan1]----[wan0] sandbox: mapd with mapt1
 */
import "./sandboxed.js";
import { type Test, test } from "tap";
import {
  CE_T,
  ConfigFile,
  ip,
  ipLines,
  prepareHost,
  run,
  startDaemon,
  until,
} from "./daemon-under-test.js";

const PORT = 9464;
const MAP_ADDRESS = "2001:db8:12:3400:0:c000:212:34";

prepareHost();

function configured(t: Test, ...domains: readonly string[]): ConfigFile {
  const file = new ConfigFile(t);
  file.write(domains, PORT);
  return file;
}

/** A WAN to another namespace, with a prefix that is on-link on it. */
function makeWan(t: Test): void {
  ip("netns add peer");
  ip("link add wan0 type veth peer name wan1 netns peer");
  ip("link set wan0 up");
  ip("-6 address add 2001:db8:12:3400::1/64 dev wan0 nodad");
  ip("-netns peer link set wan1 up");
  ip("-netns peer -6 address add 2001:db8:12:3400::2/64 dev wan1 nodad");
  t.teardown(() => {
    ip("link del wan0");
    ip("netns del peer");
  });
}

test("an on-link prefix: neighbour discovery for the MAP address is answered", async (t) => {
  makeWan(t);
  const daemon = await startDaemon(t, configured(t, CE_T));
  t.match(daemon.log, /sysctl -w net\.ipv6\.conf\.wan0\.proxy_ndp=1/, "says what the host needs");
  t.same(ipLines("-6 neighbour show proxy"), [`${MAP_ADDRESS} dev wan0 proxy proto 200`]);
  run("sysctl", "-qw", "net.ipv6.conf.wan0.proxy_ndp=1");
  await until(
    () => {
      run("ip", "netns", "exec", "peer", "ping", "-6", "-c1", "-W1", MAP_ADDRESS);
      return /lladdr/.test(ip(`-netns peer -6 neighbour show ${MAP_ADDRESS}`));
    },
    () => "an answer to neighbour solicitation",
  );
  daemon.kill("SIGTERM");
  t.match(await daemon.ended, { status: 0 });
  t.same(ipLines("-6 neighbour show proxy"), []);
});

test("a proxy entry is all that kill -9 leaves, and the next start removes it", async (t) => {
  makeWan(t);
  const file = configured(t, CE_T);
  const daemon = await startDaemon(t, file);
  daemon.kill("SIGKILL");
  await daemon.ended;
  t.equal(ipLines("-6 neighbour show proxy").length, 1);
  // The new configuration is of another CE, so nothing would overwrite the old entry.
  file.write([CE_T.replace("3400::/56", "3500::/56")], PORT);
  const next = await startDaemon(t, file);
  t.match(next.log, /removed what a killed mapd had left/);
  t.same(ipLines("-6 neighbour show proxy"), []);
});
