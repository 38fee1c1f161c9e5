// `pocketkey up`: the workspace, the outbox and a phone that runs while it is activated.

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { launch, WIDE } from "./support/chromium.mjs";
import { pocketkey, Running } from "./support/process.mjs";
import { fillUser, folder, Phone, setUp } from "./support/workspace.mjs";

test("one command has it all", { timeout: 120_000 }, async (t) => {
  const dir = await folder(t, "up");
  const args = ["--dir", dir, "--listen", "127.0.0.1:0", "--tcp", "127.0.0.1:0"];
  const agree = ["--approve", "always", "--verify", "pass"];
  const running = new Running(pocketkey(), ["up", ...args, ...agree, "--json"]);
  t.after(() => running.stop());
  const place = await running.event(({ event }) => event === "workspace", "the workspace");
  await running.event(({ event }) => event === "ready", "the phone");

  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: WIDE });
  await setUp(page, { origin: place.origin, setUp: place.set_up_link });
  await page.goto(`${place.origin}/admin/users/new`);
  await fillUser(page, { id: "S-1", name: "First User", email: "first.user@example.org", userName: "first" });
  await page.getByRole("button", { name: "Done and assign a key" }).click();
  await page.getByRole("radio", { name: /^Smartphone/ }).check();
  await page.getByRole("button", { name: "Next" }).click();

  await t.test("without a mail server, a message is a file", async () => {
    await page.locator("#activate-by-email").click();
    await page.waitForURL("**/activate");
    for (let tries = 0; ; tries += 1) {
      const files = await readdir(place.outbox).catch(() => []);
      if (files.some((name) => name.endsWith(".eml"))) break;
      assert.ok(tries < 100, "no message in the outbox");
      await new Promise((done) => setTimeout(done, 100));
    }
  });

  await t.test("the phone is activated while it runs", async () => {
    await page.getByRole("button", { name: "Activate now" }).or(page.locator("#activate-now")).first().click();
    await page.locator("#qr svg").waitFor();
    const screen = join(dir, "screen.png");
    await page.screenshot({ path: screen });
    const phone = new Phone();
    phone.state = join(dir, "phone");
    const activated = await phone.run("activate", "--image", screen);
    assert.equal(activated.code, 0, activated.errors);
    await page.locator("#key-state", { hasText: "Active" }).waitFor({ timeout: 10_000 });
  });
});
