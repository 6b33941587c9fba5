/** Run as root of a user namespace: tries to attach the classifier to a TUN device of its own, and tells how that ended. */
import { native, options } from "./device.js";

const { name } = native.open(options("t0"));
try {
  native.attachClassifier(name, false);
  process.stdout.write("attached\n");
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
