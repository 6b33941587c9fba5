/**
 * Import this first in a test file, and the file runs in a sandbox of the lab: on import, the process
 * that tap started only waits for the same file run again inside, and ends with its status.
 */
import { enterSandbox, insideSandbox, runInSandboxSync } from "../../lab/sandbox.js";

if (!insideSandbox()) process.exit(runInSandboxSync(process.argv[1] ?? "", []));
await enterSandbox();
