/** Opens the TUN device named on the command line, prints its name and holds it until killed. */
import { native, options } from "./device.js";

const { name } = native.open(options(process.argv[2] ?? "tun%d"));
process.stdout.write(`${name}\n`);
// A bound for the case that nobody kills it.
setTimeout(() => process.exit(1), 30_000);
