// Reads charts with Mermaid's own parser.  Takes {modules, charts: […]} on stdin, writes for each
// what was understood: its kind and, of a Gantt chart, the rows.  An error is {error}.
"use strict";

const fs = require("node:fs");
const { createRequire } = require("node:module");
const { pathToFileURL } = require("node:url");

const input = JSON.parse(fs.readFileSync(0, "utf8"));
const { window, document } = createRequire(input.modules + "/")("linkedom").parseHTML("<html>");
const { Element, DocumentFragment, HTMLTemplateElement, Node, NodeFilter } = window;
Object.assign(globalThis, { window, document, Element, DocumentFragment, Node, NodeFilter });
Object.assign(globalThis, { HTMLTemplateElement });

async function read(mermaid, chart) {
  try {
    await mermaid.parse(chart); // loads the diagrams first
    const { type, db } = await mermaid.mermaidAPI.getDiagramFromText(chart);
    const tasks = type === "gantt" ? db.getTasks() : [];
    const rows = tasks.map((task) => [task.section, task.task.trim(), task.endTime - task.startTime]);
    return { type, rows };
  } catch (error) {
    return { error: String(error.message) };
  }
}

async function main() {
  const file = `${input.modules}/node_modules/mermaid/dist/mermaid.core.mjs`;
  const { default: mermaid } = await import(pathToFileURL(file));
  const answers = [];
  for (const chart of input.charts) answers.push(await read(mermaid, chart));
  process.stdout.write(JSON.stringify(answers));
}

main();
