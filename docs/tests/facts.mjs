// What pages say of formats, from the rows of crates/identity. `node docs/tests/facts.mjs` writes it into them.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './kit.mjs';

const read = (file) => JSON.parse(execFileSync('python3', ['-c', 'import json,sys,tomllib; print(json.dumps(tomllib.load(open(sys.argv[1],"rb"))))', join(root, 'crates/identity', file)]));

/** Every format that is spoken, and every one that is refused. */
export const profiles = read('profiles.toml').profile;
export const refused = read('refused.toml').format;

/** The fields that a proof of this mode covers. */
export const provenBy = (profile, mode) => proven(profile, profile[mode]);

const MARKED = /^<!-- (facts|profiles|refused)(?: ([^>]*))? -->\n.*?^<!-- end -->$/gms;

/** The page with what its marks ask for. */
export function filled(page) {
  return page.replace(MARKED, (_, what, names) => {
    const mark = names ? `${what} ${names}` : what;
    return `<!-- ${mark} -->\n${BLOCKS[what](names)}\n<!-- end -->`;
  });
}

/** The pages that have such marks, as path and text. */
export function marked() {
  const folder = join(root, 'docs/identity');
  const pages = readdirSync(folder).filter((name) => name.endsWith('.md')).map((name) => join(folder, name));
  return pages.map((path) => [path, readFileSync(path, 'utf8')]).filter(([, text]) => text.match(MARKED));
}

const BLOCKS = {
  facts: (names) => facts(names.split(' ').map((name) => profiles.find((profile) => profile.name === name))),
  profiles: () => table(['profile', 'from', 'signed with', 'proves', 'holds'], profiles.flatMap((profile) => modes(profile).map(([mode, way]) => [code(profile.name), profile.vendor, algorithms(profile, mode, way), list(proven(profile, way)), holds(mode, way)]))),
  refused: () => table(['format', 'vendor', 'kind', 'why'], refused.map((format) => [code(format.name), format.vendor, code(format.why), format.reason])),
};

/** A column for each way to sign of each profile, and the remarks of the rows. */
function facts(rows) {
  const ways = rows.flatMap((profile) => modes(profile).map(([mode, way]) => ({ profile, mode, way })));
  const lines = Object.entries(LINES).map(([name, of]) => [name, ...ways.map(({ profile, mode, way }) => of(profile, mode, way))]);
  const told = lines.filter(([, ...cells]) => cells.some((cell) => cell !== '–'));
  const remarks = rows.map((profile) => {
    const parts = [profile.limits && `*know* ${profile.limits}`, `*inferred, on no page or source of the vendor:* ${profile.inferred?.join('; ') ?? 'nothing'}`, `*source:* ${profile.source}`];
    return `- ${code(profile.name)}: ${parts.filter(Boolean).join('. ')}`;
  });
  return `${table(['', ...ways.map(({ profile }) => code(profile.name))], told)}\n\n${remarks.join('\n')}`;
}

const LINES = {
  '`identity`, at least': (_, mode, way) => code(answer(mode, way)),
  'signed with': (profile, mode, way) => algorithms(profile, mode, way),
  'your back end changes': (profile, mode, way) => (mode === 'hmac' || profile.install ? 'nothing' : list(changes(way)) || 'nothing'),
  'the widget is given': (profile, mode) => (mode === 'jwt' && profile.install ? `your ${profile.install}, as its \`audience\`` : '–'),
  'key bytes': (_, mode, way) => ({ text: "the secret's text, UTF-8", hex: '**decoded** from hexadecimal', base64: '**decoded** from base64' })[way.key] ?? 'your public key',
  'secret brought along': (profile, mode, way) => (way.form === 'paseto_v2_local' ? 'exactly 32 bytes' : way.key ? `at least ${profile.shortest ?? 32} bytes${needsKid(way) ? ', with its `kid`' : ''}` : 'none: register the public key'),
  'what is signed': (_, mode, way) => (mode === 'hmac' ? `${code(way.message)}${{ normalised: ', email trimmed and lower-cased', either: ', email as sent, or trimmed and lower-cased' }[way.hashed] ?? ''}` : '–'),
  'digest is written as': (_, mode, way) => ({ hex_lower: '64 lower-case hexadecimal digits', hex_any: '64 hexadecimal digits, any case', base64: 'standard base64 with padding', base64url: 'base64url', key_and_hex: 'key id, `:`, 64 hexadecimal digits' })[way.digest] ?? '–',
  'claims': (_, mode, way) => (way.claims ? way.claims.map(claim).join('; ') : '–'),
  'claims that must be so': (profile, mode, way) => [...(way.fixed ?? []).map(([name, value]) => `${code(name)} = ${meant(value, profile)}`), ...(way.present ?? []).map((name) => `${code(name)} is there`)].join('; ') || '–',
  '`kid`': (_, mode, way) => (mode === 'hmac' ? '–' : way.key_id === 'required' ? 'required' : 'where present'),
  '`aud`': (profile, mode, way) => (mode === 'hmac' ? '–' : audience(way, profile)),
  'holds': (_, mode, way) => holds(mode, way),
  'proven': (profile, mode, way) => list(proven(profile, way)),
  'never proven, only said': (profile, mode, way) => list(profile.said.filter(([, field]) => !proven(profile, way).includes(field)).map(([name]) => code(name))) || 'nothing',
  'the page may send': (profile) => list(profile.said.map(([name]) => code(name))) || 'nothing beside it',
  'page contradicts proof': (profile) => (profile.beside === 'refused' ? 'refused (`contradiction`)' : 'the page is not heard'),
  'refused beside it': (profile) => list((profile.foreign ?? []).map(code)) || '–',
};

/** What the page gives the widget, as JSON. */
function answer(mode, way) {
  const fields = mode === 'jwt' ? [] : [...way.message.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  return JSON.stringify(Object.fromEntries([...fields, way.proof].map((name) => [name, '…'])));
}

const code = (text) => `\`${text}\``;
const list = (names) => names.join(', ');
const line = (cells) => `|${cells.map((cell) => (cell ? ` ${cell} ` : ' ')).join('|')}|`;
const table = (head, rows) => [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
const modes = (profile) => ['jwt', 'hmac'].filter((mode) => profile[mode]).map((mode) => [mode, profile[mode]]);
const needsKid = (way) => way.key_id === 'required' || way.digest === 'key_and_hex';

/** The claims that must name the widget, and name something else at the vendor. */
function changes(way) {
  const fixed = (way.fixed ?? []).filter(([, value]) => value.includes('{widget}')).map(([name]) => code(name));
  const names = way.audience !== 'when_present' && (way.audience_is ?? '{widget}').includes('{widget}');
  return [...(names ? [code('aud')] : []), ...fixed];
}

/** What a claim must be, in words. */
function meant(value, { install }) {
  const key = install ? `your ${install}, or the widget's public key if it was given none` : "the widget's public key";
  if (value === '{widget}') return key;
  return value.includes('{widget}') ? `${code(value.replace('{widget}', '…'))}, with ${key}` : code(value);
}

function proven(profile, way) {
  if (way.claims) return [...new Set(way.claims.map((claim) => claim.field))];
  return profile.said.filter(([name]) => way.message.includes(`{${name}}`)).map(([, field]) => field);
}

function algorithms(profile, mode, way) {
  if (mode === 'hmac') return 'HMAC-SHA256';
  if (way.form === 'paseto_v2_local') return 'PASETO v2.local';
  const own = (profile.public_keys ?? []).join(', ');
  return [way.key && (way.shared ?? ['HS256']).join(', '), own && `${own} with a key of yours`].filter(Boolean).join('; ');
}

function claim({ claim, or, field, required, prefix, when, unless, never }) {
  const notes = [required && 'required', prefix && `after ${code(prefix)}`, when && `only if ${code(when)}`, unless && `not beside ${code(unless)}`, never && `never ${code(never)}`].filter(Boolean);
  return `${code(claim)}${or ? ` or ${code(or)}` : ''} → ${field}${notes.length ? ` (${notes.join(', ')})` : ''}`;
}

function audience(way, profile) {
  const value = meant(way.audience_is ?? '{widget}', profile);
  return { text: `${value}, a string`, one: `${value}, or a list of only that`, when_present: `${value}, where present` }[way.audience];
}

function holds(mode, way) {
  const most = way.lifetime && `${way.lifetime} s`;
  if (mode === 'hmac') return most ? `${most} from ${code(way.time)}` : 'for ever';
  const must = { required: '`iat`, `exp` required', when_present: '`exp` enforced where present', exp: '`exp` required', iat: '`iat` required' }[way.times];
  return most ? `${must}, ${most} from \`iat\` at most` : must;
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  for (const [path, text] of marked()) writeFileSync(path, filled(text));
}
