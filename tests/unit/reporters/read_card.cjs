// Fills and renders cards as Drone's web page does: template, renderer, and Markdown where the
// renderer reads it.  Reads {modules, template, data: […]} on stdin, writes what each one shows.
"use strict";

const fs = require("node:fs");
const { createRequire } = require("node:module");

const input = JSON.parse(fs.readFileSync(0, "utf8"));
const load = createRequire(input.modules + "/");
const { window, document } = load("linkedom").parseHTML("<html><body></body></html>");
const { HTMLElement, HTMLButtonElement } = window;
Object.assign(globalThis, { window, document, HTMLElement, HTMLButtonElement });
Object.defineProperty(HTMLElement.prototype, "innerText", {
  set(text) {
    this.textContent = text; // a document without a layout has no setter of its own
  },
});

const { Template } = load("adaptivecards-templating");
const { AdaptiveCard, SerializationContext, OpenUrlAction } = load("adaptivecards");
const markdown = load("markdown-it").default ?? load("markdown-it");
AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = new markdown().render(text);
  result.didProcess = true;
};

function shown(data) {
  const payload = new Template(input.template).expand({ $root: { ...data } });
  const card = new AdaptiveCard();
  const context = new SerializationContext();
  card.parse(payload, context);
  const element = card.render();
  return {
    texts: [...element.querySelectorAll("span, td p")].map((part) => part.textContent),
    tags: [...new Set([...element.querySelectorAll("*")].map((part) => part.tagName.toLowerCase()))],
    urls: card.getActionCount
      ? Array.from({ length: card.getActionCount() }, (_, index) => card.getActionAt(index))
          .filter((action) => action instanceof OpenUrlAction)
          .map((action) => action.url)
      : [],
    events: context.eventCount,
    left: JSON.stringify(payload).match(/\$\{(verdict|summary|name|reason|place|facts)\}/g) ?? [],
  };
}

process.stdout.write(JSON.stringify(input.data.map(shown)));
