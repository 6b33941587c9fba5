/** Which devices there are, as two places of the kernel tell it. */
import { test } from "tap";
import { deviceExists, isDeviceUp } from "../../../../daemon/system/device-list.js";

test("the loopback device is there, others are not", (t) => {
  t.equal(deviceExists("lo"), true);
  t.equal(deviceExists("l"), false);
  t.equal(deviceExists("mapd-none"), false);
  t.equal(isDeviceUp("mapd-none"), null);
  t.end();
});
