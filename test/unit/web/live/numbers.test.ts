import { test } from "tap";
import { duration, withPrefix } from "../../../../web/live/numbers.js";

const rates = [
  [null, "–"],
  [0, "0 bit/s"],
  [0.5, "0.5 bit/s"],
  [999, "999 bit/s"],
  [1000, "1 kbit/s"],
  [12_345, "12.3 kbit/s"],
  [1_234_567, "1.23 Mbit/s"],
  [987_654_321, "988 Mbit/s"],
  [10e9, "10 Gbit/s"],
  [4e12, "4,000 Gbit/s"],
] as const;

test("three digits and a prefix", async (t) => {
  for (const [value, text] of rates) t.equal(withPrefix(value, "bit/s", "en"), text);
});

const durations = [
  [0, "00:00:00"],
  [59.9, "00:00:59"],
  [3661, "01:01:01"],
  [86_399, "23:59:59"],
  [2 * 86_400 + 3 * 3600 + 4 * 60 + 5, "2 d 03:04:05"],
] as const;

test("days and a clock", async (t) => {
  for (const [seconds, text] of durations) t.equal(duration(seconds), text);
});
