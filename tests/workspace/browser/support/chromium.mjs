// Debian's Chromium, driven by playwright-core.

import { createRequire } from "node:module";
import { readFile, mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

export const PHONE_WIDTH = { width: 390, height: 844 };
export const WIDE = { width: 1280, height: 900 };

/** Where screenshots are kept, to be looked at. */
export const pictures = new URL("../../../../target/browser/", import.meta.url).pathname;

export const launch = async () => {
  await mkdir(pictures, { recursive: true });
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
};

const axe = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds against a page: a list that should be empty. */
export const findings = async (page) => {
  // Through the debugger, because the page's own policy lets no foreign script in.
  await page.evaluate(await axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  return violations.map(({ id, help, nodes }) => ({
    id,
    help,
    where: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`),
  }));
};
