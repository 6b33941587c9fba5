/** What a reload would change, key by key. */
import { test } from "tap";
import { differences } from "../../../../daemon/config/difference.js";
import { accept, BR_E, BR_T, CE_T, documentOf, type Fields, METRO } from "./documents.js";

const between = (before: Fields, after: Fields) => differences(accept(before), accept(after));

test("two files that mean the same differ in nothing", async (t) => {
  const spelt = { ...BR_T, mtu: { ipv6: 1500 }, "dmr-ipv6-prefix": "2001:DB8:ffff:0::/64" };
  t.same(between(documentOf([BR_T]), documentOf([spelt])), []);
});

test("changed keys, with what follows from them", async (t) => {
  const after = { ...CE_T, mtu: { ipv6: 1480 }, tun: { name: "mapt1", offload: "off" } };
  t.same(between(documentOf([CE_T]), documentOf([after], { log: { level: "debug" } })), [
    { path: "log.level", before: "info", after: "debug", restart: false },
    { path: "domains.ce-t.tun.offload", before: "auto", after: "off", restart: true },
    { path: "domains.ce-t.mtu.ipv6", before: 1500, after: 1480, restart: false },
    { path: "domains.ce-t.mtu.ipv4", before: 1480, after: 1460, restart: false },
  ]);
});

test("a block that comes or goes", async (t) => {
  t.same(between(documentOf([BR_T]), documentOf([BR_T], { announce: {}, http: null })), [
    {
      path: "http",
      before: { listen: "127.0.0.1:9464", hosts: [], "token-file": null },
      restart: true,
      after: null,
    },
    {
      path: "announce",
      before: null,
      after: { method: "kernel-route", table: 464, hold: 10 },
      restart: false,
    },
    { path: "drain-timeout", before: 0, after: 5, restart: false },
  ]);
});

test("rules by their names, whatever their order", async (t) => {
  const rules = (metro: Fields, more: Fields) => ({
    rules: { ...more, metro: { ...METRO, ...metro } },
  });
  const other = { "rule-ipv6-prefix": "2001:db8:100::/40", "rule-ipv4-prefix": "198.51.100.0/24" };
  const before = documentOf([BR_T], rules({}, { gone: { ...other, "ea-len": 8 } }));
  const after = documentOf(
    [BR_T],
    rules({ forwarding: true }, { come: { ...other, "ea-len": 16 } }),
  );
  const found = [...between(before, after)].sort((x, y) => (x.path < y.path ? -1 : 1));
  t.match(found, [
    { path: "rules.come", after: { "ea-len": 16 }, restart: false },
    { path: "rules.gone", before: { "ea-len": 8 }, restart: false },
    { path: "rules.metro.forwarding", before: false, after: true, restart: false },
  ]);
  t.notOk(found[0] !== undefined && "before" in found[0]);
  t.notOk(found[1] !== undefined && "after" in found[1]);
});

test("a domain that comes or goes is no changed key, and lists change as a whole", async (t) => {
  const sources = { icmp: { "ipv4-sources": ["203.0.113.8", "203.0.113.9"] } };
  t.same(between(documentOf([BR_T, CE_T]), documentOf([{ ...BR_T, ...sources }])), [
    {
      path: "domains.br-t.icmp.ipv4-sources",
      before: [],
      after: ["203.0.113.8", "203.0.113.9"],
      restart: false,
    },
  ]);
  t.same(between(documentOf([BR_T]), documentOf([BR_E])), []);
});
