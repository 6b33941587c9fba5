/** Which domain the commands about NAT44 are for, and what they say where there is none. */
import { test } from "tap";
import { BR_T, CE_T } from "../samples.js";
import { live, SECOND_CE } from "./nat44-daemon.js";
import { documentIn, runMapctl } from "./run.js";

const COMMANDS = [
  ["ports"],
  ["ports", "suggest"],
  ["sessions"],
  ["sessions", "--limit", "0"],
  ["top"],
  ["forward", "add", "tcp", "1232", "192.168.1.10:22"],
  ["forward", "del", "tcp", "1232"],
];

for (const words of COMMANDS) {
  const name = words.join(" ");

  test(`${name}: several domains with NAT44 want a name`, async (t) => {
    const { mapctl } = await live(t, CE_T, SECOND_CE, BR_T);
    t.same(await mapctl(...words), {
      status: 2,
      stdout: "",
      stderr: "error: several domains have NAT44; name one with --domain: ce-t, ce-e\n",
    });
  });

  test(`${name}: a domain that is not there ends with 6`, async (t) => {
    const { mapctl } = await live(t, CE_T, BR_T);
    t.same(await mapctl(...words, "--domain", "ce-x"), {
      status: 6,
      stdout: "",
      stderr: 'error: no domain ce-x; with NAT44 there are: ce-t; did you mean "ce-t"?\n',
    });
    t.same(await mapctl(...words, "--domain", "br-t"), {
      status: 6,
      stdout: "",
      stderr: "error: domain br-t has no NAT44; with NAT44 there are: ce-t\n",
    });
  });

  test(`${name}: a mapd without NAT44 ends with 6`, async (t) => {
    const { mapctl } = await live(t, BR_T);
    const outcome = await mapctl(...words, "--json");
    t.equal(outcome.status, 6);
    t.same(documentIn(outcome), {
      schema: "mapd.error/1",
      diagnostics: [
        {
          code: "not-found",
          severity: "error",
          path: "",
          message: "no domain of this mapd has NAT44",
          rfc: "",
        },
      ],
    });
  });

  test(`${name}: without a daemon it ends with 3`, async (t) => {
    const outcome = await runMapctl("--socket", "/nonexistent/s", ...words);
    t.equal(outcome.status, 3);
    t.match(outcome.stderr, /cannot reach mapd at \/nonexistent\/s/);
  });
}

test("forward list of a mapd without NAT44 is empty", async (t) => {
  const { mapctl } = await live(t, BR_T);
  t.same(documentIn(await mapctl("forward", "list", "--json")), {
    schema: "mapd.forwards/1",
    forwards: [],
  });
});

test("one of several by name", async (t) => {
  const { mapctl } = await live(t, CE_T, SECOND_CE);
  t.match(documentIn(await mapctl("ports", "--domain", "ce-e", "--json")), {
    domain: "ce-e",
    externalAddress: "198.51.100.18",
    count: 65536,
  });
});
