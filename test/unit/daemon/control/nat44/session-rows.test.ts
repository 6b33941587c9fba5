import { test } from "tap";
import {
  FirstRows,
  SESSION_SORTS,
  sessionOrder,
} from "../../../../../daemon/control/nat44/session-rows.js";
import { seededRandom } from "../../../../../src/explain/seeded-random.js";
import type { SessionRow } from "../../../../../src/nat44/records.js";

/** Rows that share most of their values, so that every key of an order has to decide. */
function rows(count: number): SessionRow[] {
  const random = seededRandom(44);
  const below = (limit: number): number => random() % limit;
  return Array.from({ length: count }, () => {
    const [insidePort, externalPort] = [below(3), below(5)];
    return {
      protocol: [1, 6, 17][below(3)]!,
      insideAddress: 0xc0a80100 + below(3),
      insidePort,
      externalPort,
      // Unsigned: addresses above 127.255.255.255 stand last.
      remoteAddress: [0, 0x01010101, 0xcb007109][below(3)]!,
      remotePort: below(3),
      tcpState: null,
      shared: false,
      // Two rows with the same ends are one session.
      remainingMs: (insidePort + externalPort) % 4,
    };
  });
}

for (const sort of SESSION_SORTS) {
  test(`the first rows by ${sort} are those of the whole sorted list`, async (t) => {
    const all = rows(500);
    const sorted = all.toSorted(sessionOrder(sort));
    for (const limit of [1, 2, 7, 499, 500, 501]) {
      const first = new FirstRows(limit, sort);
      for (const row of all) first.add(row);
      t.same(first.sorted(), sorted.slice(0, limit), `limit ${limit}`);
    }
  });

  test(`the order by ${sort} does not depend on where a row came from`, async (t) => {
    const all = rows(200);
    const order = sessionOrder(sort);
    t.same(all.toSorted(order), all.toReversed().toSorted(order));
  });
}
