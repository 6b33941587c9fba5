/** mapctl check-pcap as a user meets it: files, tables, documents, exit statuses. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { framesOf } from "../../../../daemon/trace/capture.js";
import { goldenFolder } from "../../../golden/golden-folder.js";
import { folderWith } from "./config-folder.js";
import { live } from "./nat44-daemon.js";
import { documentIn, runMapctl } from "./run.js";

test("check-pcap writes what comes out and what is dropped, with verdicts, and counts as the daemon does", async (t) => {
  const folder = join(goldenFolder(), "map-t-br-checks-both-ends-of-a-packet-that-it-turns-around");
  const config = JSON.parse(readFileSync(join(folder, "case.json"), "utf8")).config;
  const work = folderWith(t, config);
  const [file, output] = [join(work, "0.yaml"), join(work, "out.pcapng")];
  const words = ["check-pcap", join(folder, "in.pcap"), "--config", file, "-o", output];
  const document = documentIn(await runMapctl(...words, "--json"));
  const expected = JSON.parse(readFileSync(join(folder, "counters.json"), "utf8"));
  const frames = [...framesOf(readFileSync(output))];
  const packetsOut = expected.counters.out_ipv6_packets;
  t.match(document, {
    schema: "mapd.check-pcap/1",
    domain: "golden",
    mode: "map-t",
    role: "br",
    input: { packets: expected.counters.in_ipv6_packets, notIp: 0, cut: 0 },
    output: { packets: packetsOut, file: output },
    counters: expected.counters,
    dropped: expected.dropped,
  });
  const dropped = frames.filter(({ comment }) => comment.startsWith("dropped: "));
  const errors = frames.filter(({ comment }) =>
    comment.startsWith("ICMP error of our own; dropped: "),
  );
  const forwarded = frames.filter(({ comment }) =>
    comment.startsWith("turned around; domain golden; "),
  );
  const reasons: Record<string, number> = {};
  for (const { comment } of dropped) {
    const reason = /^dropped: (\w+);/.exec(comment)?.[1] ?? "";
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  t.same(reasons, expected.dropped.ipv6);
  t.equal(errors.length + forwarded.length, packetsOut);
  t.equal(frames.length, dropped.length + packetsOut);
  const args = ["-r", output, "-T", "fields", "-e", "frame.comment"];
  const tshark = spawnSync("tshark", args, { encoding: "utf8", timeout: 30_000 });
  t.same(
    tshark.stdout.trimEnd().split("\n"),
    frames.map(({ comment }) => comment),
  );
});

test("check-pcap writes what is dropped later, too", async (t) => {
  const folder = join(
    goldenFolder(),
    "map-t-fragments-whose-first-one-never-comes-are-dropped-in-time",
  );
  const config = JSON.parse(readFileSync(join(folder, "case.json"), "utf8")).config;
  const work = folderWith(t, config);
  const [file, output] = [join(work, "0.yaml"), join(work, "out.pcapng")];
  await runMapctl("check-pcap", join(folder, "in.pcap"), "--config", file, "-o", output);
  const { dropped } = JSON.parse(readFileSync(join(folder, "counters.json"), "utf8"));
  const count = (dropped.ipv4.fragment_timeout ?? 0) + (dropped.ipv6.fragment_timeout ?? 0);
  const inputs = [...framesOf(readFileSync(join(folder, "in.pcap")))].map(({ bytes }) =>
    Buffer.from(bytes).toString("hex"),
  );
  const late = [...framesOf(readFileSync(output))].filter(({ comment }) =>
    comment.startsWith("dropped: fragment_timeout; domain golden"),
  );
  t.equal(late.length, count);
  for (const { bytes } of late) t.ok(inputs.includes(Buffer.from(bytes).toString("hex")));
});

test("check-pcap without a file to write gives a table", async (t) => {
  const folder = join(goldenFolder(), "bytes-behind-an-ipv4-packet-are-cut-off");
  const config = JSON.parse(readFileSync(join(folder, "case.json"), "utf8")).config;
  const file = join(folderWith(t, config), "0.yaml");
  const { stdout, status } = await runMapctl(
    "check-pcap",
    join(folder, "in.pcap"),
    "--config",
    file,
  );
  t.equal(status, 0);
  t.match(
    stdout,
    /^domain: golden \(map-t, br\)\npackets in {3}3\npackets out {2}3\n\ncounter +amount\nin_ipv4_packets +3\n/,
  );
});

test("check-pcap needs a configuration, a domain where there are two, and another file to write", async (t) => {
  const folder = join(goldenFolder(), "bytes-behind-an-ipv4-packet-are-cut-off");
  const input = join(folder, "in.pcap");
  const none = await runMapctl("check-pcap", input);
  t.equal(none.status, 2);
  t.match(none.stderr, /--config FILE/);
  const same = await runMapctl("check-pcap", input, "--config", "x", "-o", input);
  t.equal(same.status, 2);
  t.match(same.stderr, /replace the input/);
  const setup = await live(t);
  const several = await setup.mapctl("explain", "--pcap", input);
  t.equal(several.status, 2);
  t.match(several.stderr, /--domain: br-t, ce-t/);
});
