// Where the C headers of the running Node are: what compiling an addon needs, found without a download.
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const PROBE = "include/node/node_api.h";

/** The folder above include/node, for node-gyp's nodedir; throws where no place has them. */
export function findNodeHeaders() {
  const candidates = [
    process.env.npm_config_nodedir,
    resolve(dirname(process.execPath), ".."),
    "/usr",
    "/usr/local",
  ].filter((folder) => folder !== undefined && folder !== "");
  const found = candidates.find((folder) => existsSync(join(folder, PROBE)));
  if (found !== undefined) return found;
  const tried = candidates.map((folder) => `  ${join(folder, PROBE)}`);
  throw new Error(
    `the C headers of Node ${process.versions.node} are missing. Tried:\n${tried.join("\n")}\n` +
      "Install Node from a package that has them (nodejs of NodeSource, the tar file of nodejs.org,\n" +
      "libnode-dev of Debian), or set npm_config_nodedir to the folder that holds include/node.",
  );
}
