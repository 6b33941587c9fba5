import { test } from "tap";
import { formatEndpoint, parseEndpoint } from "../../../src/explain/endpoint.js";

const good = [
  { text: "192.0.2.18", shown: "192.0.2.18", port: null },
  { text: "192.0.2.18:1232", shown: "192.0.2.18:1232", port: 1232 },
  { text: "192.0.2.18:0", shown: "192.0.2.18:0", port: 0 },
  { text: "2001:DB8::1", shown: "2001:db8::1", port: null },
  { text: "[2001:db8::1]", shown: "2001:db8::1", port: null },
  { text: "[2001:db8::1]:65535", shown: "[2001:db8::1]:65535", port: 65535 },
  { text: "::ffff:192.0.2.1", shown: "::ffff:c000:201", port: null },
];

for (const { text, shown, port } of good) {
  test(`${text} is an end of a conversation`, async (t) => {
    const endpoint = parseEndpoint(text);
    t.equal(endpoint?.port, port);
    t.equal(endpoint === null ? null : formatEndpoint(endpoint), shown);
  });
}

const bad = [
  "",
  "example.org",
  "192.0.2.18:",
  "192.0.2.18:65536",
  "192.0.2.18:12a",
  "192.0.2.18:-1",
  "192.0.2.18/32",
  "[192.0.2.18",
  "[2001:db8::1]:",
  "[2001:db8::1]443",
  "2001:db8::1%eth0",
];

for (const text of bad) {
  test(`"${text}" is no end of a conversation`, async (t) => {
    t.equal(parseEndpoint(text), null);
  });
}
