/** What the live view reads, against what the daemon writes. */
import { test } from "tap";
import type {
  PortsDocument,
  SessionsDocument,
  TopDocument,
} from "../../../../daemon/control/nat44/documents.js";
import type {
  DomainsDocument,
  StatisticsDocument,
} from "../../../../daemon/control/show/documents.js";
import type { StatusDocument } from "../../../../daemon/runtime/status.js";
import type { TraceDocument as WrittenTrace } from "../../../../daemon/trace/documents.js";
import { DROPS } from "../../../../src/verdict.js";
import {
  type Documents,
  isDocument,
  isTraced,
  messagesOf,
  type TraceDocument,
} from "../../../../web/live/documents.js";
import { DROP_HELP_JA } from "../../../../web/live/drop-texts.js";

interface Written {
  readonly "mapd.status/1": StatusDocument;
  readonly "mapd.statistics/1": StatisticsDocument;
  readonly "mapd.domains/1": DomainsDocument;
  readonly "mapd.ports/1": PortsDocument;
  readonly "mapd.top/1": TopDocument;
  readonly "mapd.sessions/1": SessionsDocument;
}

// These two lines are the test: they compile where all that is read is written, and of the right type.
const asRead = (written: Written): Documents => written;
const asTraced = (written: WrittenTrace): TraceDocument => written;

test("documents are known by the name that they bear", async (t) => {
  t.type(asRead, "function");
  t.type(asTraced, "function");
  t.equal(isDocument("mapd.top/1", { schema: "mapd.top/1" }), true);
  for (const other of [null, "mapd.top/1", [], {}, { schema: "mapd.top/2" }]) {
    t.equal(isDocument("mapd.top/1", other), false);
    t.equal(isTraced(other), false);
  }
});

test("what an error document says", async (t) => {
  const diagnostics = [{ message: "one" }, { message: 2 }, null, { message: "two" }];
  t.same(messagesOf({ schema: "mapd.error/1", diagnostics }), ["one", "two"]);
  for (const other of [null, "x", {}, { diagnostics: "x" }]) t.same(messagesOf(other), []);
});

test("each reason has its help in Japanese, and no other has", async (t) => {
  t.same(Object.keys(DROP_HELP_JA).sort(), DROPS.map(({ name }) => name).sort());
});
