// The ten steps, from the set-up link to an active phone, through the panel in a real browser.

import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { findings, launch, pictures, PHONE_WIDTH, WIDE } from "./support/chromium.mjs";
import { fillUser, folder, Phone, setUp, workspace } from "./support/workspace.mjs";

for (const [name, viewport] of [["phone-width", PHONE_WIDTH], ["wide", WIDE]]) {
  test(`the ten steps, ${name}`, { timeout: 180_000 }, async (t) => {
    const place = await workspace(t);
    const browser = await launch();
    t.after(() => browser.close());
    const page = await browser.newPage({ viewport });
    const look = async (what) => {
      await page.screenshot({ path: join(pictures, `${name}-${what}.png`), fullPage: true });
      assert.deepEqual(await findings(page), [], `axe, ${what}`);
    };

    await page.goto(place.setUp);
    await look("01-set-up");
    await setUp(page, place);
    await page.goto(`${place.origin}/admin/users`);
    await look("02-all-users-empty");

    await page.goto(`${place.origin}/admin/users/new`);
    await look("03-new-user");
    await fillUser(page, {
      id: "S-1001",
      name: "First User",
      email: "first.user@example.org",
      userName: "first",
      newGroups: "Finance, Travellers",
    });
    await page.getByRole("button", { name: "Done and assign a key" }).click();

    await page.getByRole("radio", { name: /^Smartphone/ }).check();
    await look("05-assign");
    await page.getByRole("switch", { name: "Default settings" }).uncheck();
    await look("06-settings");
    await page.getByRole("button", { name: "Next" }).click();

    await look("08-activate");
    await page.getByRole("button", { name: "Activate now" }).click();
    await page.locator("#qr svg").waitFor();
    await look("09-qr");

    // The phone has no camera here: it is shown what the screen shows.
    const screen = join(await folder(t, "screen"), "screen.png");
    await page.screenshot({ path: screen, fullPage: name === "phone-width" });
    const phone = await Phone.with(t);
    assert.equal((await phone.run("scan", screen)).code, 0);
    assert.match(await page.locator("#key-state").innerText(), /Pending/);
    const activated = await phone.run("activate", "--image", screen);
    assert.equal(activated.code, 0, activated.errors);

    await page.locator("#key-state", { hasText: "Active" }).waitFor({ timeout: 10_000 });
    await look("10-active");
    const status = await phone.run("status");
    assert.equal(status.code, 0, status.errors);

    await page.goto(`${place.origin}/admin/users`);
    assert.match(await page.locator("main table").innerText(), /First User[\s\S]*Active/);
    await look("11-all-users");
    await page.goto(`${place.origin}/admin/events`);
    assert.match(await page.locator("main").innerText(), /activated/i);
    await look("12-events");

    const again = await phone.run("activate", "--image", screen);
    assert.notEqual(again.code, 0, "a code works once");
  });
}
