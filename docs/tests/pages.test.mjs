// What holds for every page: links lead somewhere, images exist, nothing is left to do.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { root } from './kit.mjs';

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')).map((name) => join(root, name)),
  ...readdirSync(join(root, 'docs'), { recursive: true }).filter((name) => name.endsWith('.md')).map((name) => join(root, 'docs', name)),
];
const prose = (page) => readFileSync(page, 'utf8').replace(/^```.*?^```$/gms, '');

/** The anchors that a page's headings have on the usual hosts. */
function anchors(page) {
  const headings = [...prose(page).matchAll(/^#+ (.+)$/gm)].map((found) => found[1]);
  const slug = (text) => text.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '').trim().replaceAll(' ', '-');
  return new Set(headings.map(slug));
}

for (const page of pages) {
  test(`${relative(root, page)}: links and images lead somewhere`, () => {
    for (const [, target] of prose(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?|mailto):/.test(target)) continue;
      const [path, anchor] = target.split('#');
      const file = path ? resolve(dirname(page), path) : page;
      assert.ok(existsSync(file), `${target} is not there`);
      if (anchor && file.endsWith('.md')) assert.ok(anchors(file).has(anchor), `${target} has no such heading`);
    }
  });
}

test('each page of docs says what keeps it true', () => {
  for (const page of pages.filter((page) => page.startsWith(join(root, 'docs')) && !page.endsWith('protocol.md'))) {
    assert.match(prose(page), /\*What keeps this page true:\*/, relative(root, page));
  }
});

test('the tests, files and rules that pages name exist', () => {
  for (const page of pages) {
    for (const [, path] of prose(page).matchAll(/`((?:crates|docs)\/[\w./-]+)`/g)) {
      assert.ok(existsSync(join(root, path)), `${relative(root, page)} names ${path}`);
    }
  }
});
