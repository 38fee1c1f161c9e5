// A workspace and an emulated phone for one file of tests, each in a folder of its own.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished, pocketkey, Running } from "./process.mjs";

export const PASSWORD = "a password that is long enough";

/** A folder that is removed with the test. */
export const folder = async (test, name) => {
  const path = await mkdtemp(join(tmpdir(), `pocketkey-${name}-`));
  test.after(() => rm(path, { recursive: true, force: true }));
  return path;
};

/** A workspace: its origin, its set-up link and its data folder. */
export const workspace = async (test, options = [], data = undefined) => {
  data ??= await folder(test, "workspace");
  const args = ["workspace", "--data-dir", data, "--listen", "127.0.0.1:0", "--json", ...options];
  const running = new Running(pocketkey(), args);
  test.after(() => running.stop());
  const ready = await running.event(({ event }) => event === "ready", "the workspace");
  return { running, data, origin: ready.origin, setUp: ready.set_up_link };
};

/** An emulated phone that agrees to everything, with a fingerprint that always matches. */
export class Phone {
  static async with(test) {
    const phone = new Phone();
    phone.state = await folder(test, "phone");
    return phone;
  }

  /** `pocketkey phone COMMAND …`: the JSON that it printed, and how it ended. */
  async run(command, ...args) {
    const own = command === "scan" ? [] : ["--state", this.state];
    const agree = command === "activate" ? ["--approve", "always", "--verify", "pass"] : [];
    const end = await finished(pocketkey(), ["phone", command, ...own, ...agree, "--json", ...args]);
    const lines = end.output.split("\n").filter(Boolean).map((line) => JSON.parse(line));
    return { ...end, lines };
  }
}

/** Makes the first owner with the one-time link, and leaves the page signed in at the panel. */
export const setUp = async (page, { origin, setUp: link }) => {
  await page.goto(link);
  await page.getByLabel("Your name").fill("The Owner");
  await page.getByLabel("User name").fill("owner");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("The same password again").fill(PASSWORD);
  await page.getByRole("button", { name: "Set up" }).click();
  if (!page.url().startsWith(`${origin}/admin/users`)) await signIn(page, origin);
};

/** Signs in at the panel. */
export const signIn = async (page, origin, name = "owner") => {
  await page.goto(`${origin}/admin/sign-in`);
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`${origin}/admin/**`);
};

/** Fills the wizard's first step; presses nothing. */
export const fillUser = async (page, { id, name, email, userName, newGroups }) => {
  await page.getByLabel("User ID").fill(id);
  await page.getByLabel("Name", { exact: true }).fill(name);
  if (email) await page.getByLabel("E-mail (optional)").fill(email);
  await page.getByLabel("User name").fill(userName);
  if (newGroups) await page.getByLabel("New groups (optional)").fill(newGroups);
};
