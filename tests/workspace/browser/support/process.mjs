// Programs that a test starts: they print one JSON object a line, and end with the test.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** The `pocketkey` program, as `cargo xtask test` built it. */
export const pocketkey = () => {
  const program = process.env.POCKETKEY;
  if (!program) throw new Error("POCKETKEY names no program: run `cargo xtask test --only browser`");
  return program;
};

/** A program that runs until `stop`. Its JSON lines are events that can be waited for. */
export class Running {
  constructor(program, args, environment = {}) {
    this.events = [];
    this.waiting = [];
    this.errors = "";
    this.child = spawn(program, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    this.ended = new Promise((done) => this.child.on("exit", (code, signal) => done({ code, signal })));
    this.child.stderr.on("data", (data) => (this.errors += data));
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      let event;
      try {
        event = JSON.parse(line);
      } catch {
        event = { text: line };
      }
      this.events.push(event);
      this.waiting = this.waiting.filter((look) => !look());
    });
  }

  /** The first event that `wanted` agrees to, of those before and those to come. */
  event(wanted, what, seconds = 30) {
    return new Promise((done, failed) => {
      const look = () => {
        const found = this.events.find(wanted);
        if (found) {
          clearTimeout(timer);
          done(found);
        }
        return Boolean(found);
      };
      const timer = setTimeout(() => {
        failed(new Error(`${what} did not come in ${seconds} s:\n${JSON.stringify(this.events)}\n${this.errors}`));
      }, seconds * 1000);
      if (!look()) this.waiting.push(look);
    });
  }

  async stop() {
    this.child.kill("SIGTERM");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
    const end = await this.ended;
    clearTimeout(timer);
    return end;
  }
}

/** Runs a program to its end: `{ code, output, errors }`. */
export const finished = (program, args, environment = {}) =>
  new Promise((done) => {
    const child = spawn(program, args, { env: { ...process.env, ...environment } });
    let output = "";
    let errors = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (errors += data));
    child.on("exit", (code) => done({ code, output, errors }));
  });
