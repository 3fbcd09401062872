// What the tests of the documentation share: the binary, a folder, free ports, blocks of a page.

import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export const root = resolve(import.meta.dirname, '../..');
const binary = resolve(process.env.COUNTERSIGN_BINARY ?? join(root, 'target/debug/countersign'));

/** A temporary folder with `countersign` on its path, the blocks of a page, and free ports. */
export async function stage(page, ports) {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-docs-'));
  await mkdir(join(folder, 'bin'));
  await symlink(binary, join(folder, 'bin/countersign'));
  const free = await Promise.all(ports.map(async (port) => [port, await freePort()]));
  const text = await readFile(join(root, 'docs', page), 'utf8');
  return new Stage(folder, new Map(free), text);
}

class Stage {
  #children = new Set();
  #blocks;

  constructor(folder, ports, page) {
    this.folder = folder;
    this.ports = ports;
    this.page = page;
    this.#blocks = [...page.matchAll(/^```\w+ (file|id|answer)=(\S+)\n(.*?)^```$/gms)];
    const env = Object.entries(process.env).filter(([name]) => !name.startsWith('COUNTERSIGN_'));
    this.environment = { ...Object.fromEntries(env), PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
  }

  /** The same text with this run's ports. */
  here(text) {
    return [...this.ports].reduce((so, [port, free]) => so.replaceAll(`:${port}`, `:${free}`).replaceAll(`(${port},`, `(${free},`).replaceAll(` ${port})`, ` ${free})`), text);
  }

  /** The text as the page has it. */
  there(text) {
    return [...this.ports].reduce((so, [port, free]) => so.replaceAll(`:${free}`, `:${port}`), text);
  }

  /** The block of the page that is called so. */
  block(kind, name) {
    const found = this.#blocks.find((block) => block[1] === kind && block[2] === name);
    if (!found) throw new Error(`the page has no block ${kind}=${name}`);
    return this.here(found[3]);
  }

  /** Every file that the page has, as name and text. */
  files() {
    return this.#blocks.filter((block) => block[1] === 'file').map((block) => [block[2], this.here(block[3])]);
  }

  /** Runs a script to its end; fails with what it said. */
  shell(script, more = {}) {
    return promisify(execFile)('bash', ['-euc', script], { cwd: this.folder, env: { ...this.environment, ...more } });
  }

  /** Starts a script that stays; `said` is what it has written so far. */
  start(script, more = {}) {
    const child = spawn('bash', ['-euc', `exec ${script.trimEnd()}`], { cwd: this.folder, env: { ...this.environment, ...more } });
    child.said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (child.said += bytes));
    this.#children.add(child);
    return child;
  }

  async stop(child, signal = 'SIGTERM') {
    this.#children.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(late);
  }

  /** Stops whatever still runs, such as the server of a test that failed. */
  async stopAll() {
    await Promise.all([...this.#children].map((child) => this.stop(child)));
  }

  async end() {
    await this.stopAll();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** What `ask` answers once it is truthy; an error counts as not yet. */
export async function until(ask, why = () => '') {
  let last;
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      last = error;
    }
    await sleep(100);
  }
  throw new Error(`it did not happen within 20 s: ${why()}`, { cause: last });
}

/** Sends JSON and reads JSON. */
export async function call(method, url, { body, headers } = {}) {
  const response = await fetch(url, {
    method,
    body: body && JSON.stringify(body),
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text.startsWith('{') ? JSON.parse(text) : null };
}

/** The headers of a member who has signed in at the dashboard of `server`. */
export async function signedIn(server, { email, password }) {
  const own = { origin: server, 'sec-fetch-site': 'same-origin', 'x-countersign-request': '1' };
  const answer = await call('POST', `${server}/dashboard/v1/sessions`, { headers: own, body: { email, password } });
  if (answer.status !== 201) throw new Error(`nobody signed in: ${answer.text}`);
  return { ...own, cookie: answer.headers.get('set-cookie').split(';')[0] };
}

async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}
