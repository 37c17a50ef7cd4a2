// Reads a file of test results with two readers that have nothing in common: one on sax, one on
// fast-xml-parser.  Reads {modules, files: […]} on stdin, writes what each one found.
"use strict";

const fs = require("node:fs");
const { createRequire } = require("node:module");

const input = JSON.parse(fs.readFileSync(0, "utf8"));
const load = createRequire(input.modules + "/");
const { parse: onSax } = load("junit2json");
const { parse: onFastXml } = load("test-results-parser");

async function found(file) {
  return {
    junit2json: await onSax(fs.readFileSync(file, "utf8")),
    testResults: onFastXml({ type: "junit", files: [file] }),
  };
}

Promise.all(input.files.map(found)).then((all) => process.stdout.write(JSON.stringify(all)));
