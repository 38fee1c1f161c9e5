// What the wizard refuses, it says beside the field, and it keeps what was typed.

import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { findings, launch, pictures, PHONE_WIDTH } from "./support/chromium.mjs";
import { fillUser, setUp, workspace } from "./support/workspace.mjs";

test("the wizard says what is wrong, beside the field", { timeout: 120_000 }, async (t) => {
  const place = await workspace(t);
  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: PHONE_WIDTH });
  await setUp(page, place);
  const user = { id: "S-1", name: "First User", email: "no address", userName: "two words" };

  await t.test("an address and a user name that are none", async () => {
    await page.goto(`${place.origin}/admin/users/new`);
    await fillUser(page, user);
    await page.getByRole("button", { name: "Done", exact: true }).click();
    for (const label of ["E-mail (optional)", "User name"]) {
      const field = page.getByLabel(label);
      assert.equal(await field.getAttribute("aria-invalid"), "true", label);
    }
    assert.equal(await page.getByLabel("User name").inputValue(), "two words");
    assert.deepEqual(await findings(page), []);
    await page.screenshot({ path: join(pictures, "wizard-errors.png"), fullPage: true });
  });

  await t.test("a user name that is taken, whatever its case", async () => {
    await page.goto(`${place.origin}/admin/users/new`);
    await fillUser(page, { ...user, email: "", userName: "first" });
    await page.getByRole("button", { name: "Done", exact: true }).click();
    await page.goto(`${place.origin}/admin/users/new`);
    await fillUser(page, { ...user, id: "S-2", email: "", userName: "FIRST" });
    await page.getByRole("button", { name: "Done and assign a key" }).click();
    assert.equal(await page.getByLabel("User name").getAttribute("aria-invalid"), "true");
    await page.getByLabel("User name").fill("second");
    await page.getByRole("button", { name: "Done and assign a key" }).click();
  });

  await t.test("settings that exclude each other", async () => {
    await page.getByRole("radio", { name: /^Smartphone/ }).check();
    await page.getByRole("switch", { name: "Default settings" }).uncheck();
    await page.getByRole("checkbox", { name: "Bluetooth proximity" }).check();
    await page.getByRole("radio", { name: /^Reader tap \+ PIN/ }).check();
    await page.getByRole("button", { name: "Next" }).click();
    const proximity = page.getByRole("checkbox", { name: "Bluetooth proximity" });
    assert.equal(await proximity.isChecked(), true, "what was chosen is kept");
    assert.match(await page.locator("main").innerText(), /near by nature/);
    assert.deepEqual(await findings(page), []);
    await page.screenshot({ path: join(pictures, "settings-excluded.png"), fullPage: true });
  });

  await t.test("places for credentials that are not there yet cannot be chosen", async () => {
    await page.getByText("Advanced options").click();
    assert.equal(await page.getByRole("radio", { name: /encrypted backup/ }).isDisabled(), true);
    assert.equal(await page.getByRole("radio", { name: /In the workspace/ }).isDisabled(), true);
  });
});
