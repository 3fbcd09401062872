// Writes contract.ts from the server's own description, ../../openapi.json: run it when that changes.
//
// Only what `/widget/v1` reaches is written. `--check` writes nothing and fails if the file is old.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const file = join(import.meta.dirname, 'contract.ts')
const api = JSON.parse(readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8'))
const reached = new Set()
const PAGE = '/** A page of a list. */\nexport type Page<Item> = { items: Item[]; next_cursor: string | null }'

const text = contract()
if (!process.argv.includes('--check')) writeFileSync(file, text)
else if (readFileSync(file, 'utf8') !== text) {
  console.error('contract.ts is older than openapi.json: run `npm run generate` in web/protocol')
  process.exitCode = 1
}

function contract() {
  for (const [path, calls] of Object.entries(api.paths)) {
    if (!path.startsWith('/widget/v1')) continue
    for (const { requestBody, responses } of Object.values(calls)) reach([requestBody, responses])
  }
  const names = [...reached].sort().filter((name) => !name.startsWith('Page_'))
  const types = names.map((name) => declaration(name, api.components.schemas[name]))
  return `//! The HTTP contract of /widget/v1, written by generate.mjs from openapi.json.\n\n${PAGE}\n\n${types.join('\n\n')}\n`
}

/** Notes every schema that `value` names, and what those name. */
function reach(value) {
  if (typeof value !== 'object' || value === null) return
  const name = nameOf(value)
  if (name && !reached.has(name)) {
    reached.add(name)
    reach(api.components.schemas[name])
  }
  Object.values(value).forEach(reach)
}

function declaration(name, schema) {
  const doc = schema.description ? `/** ${schema.description.split('\n')[0]} */\n` : ''
  return `${doc}export type ${name} = ${type(schema)}`
}

function type(schema) {
  const name = nameOf(schema)
  if (name) return name
  if (schema.const !== undefined) return quoted(schema.const)
  if (schema.enum) return schema.enum.map((one) => quoted(one)).join(' | ')
  const choices = schema.oneOf ?? schema.anyOf
  if (choices) return choices.map(type).join(' | ')
  if (schema.allOf) return schema.allOf.map(type).join(' & ')
  return [schema.type ?? 'unknown'].flat().map((kind) => plain(kind, schema)).join(' | ')
}

function plain(kind, schema) {
  switch (kind) {
    case 'integer':
      return 'number'
    case 'array':
      return `${type(schema.items)}[]`
    case 'object':
      return record(schema)
    default:
      return kind
  }
}

function record({ properties, required = [], additionalProperties }) {
  if (!properties) return `Record<string, ${type(additionalProperties || {})}>`
  const lines = Object.entries(properties).map(([key, value]) => {
    const doc = value.description ? `  /** ${value.description.split('\n')[0]} */\n` : ''
    return `${doc}  ${key}${required.includes(key) ? '' : '?'}: ${type(value)}`
  })
  return `{\n${lines.join('\n')}\n}`
}

function nameOf(schema) {
  return schema.$ref?.replace('#/components/schemas/', '')
}

function quoted(value) {
  return `'${value}'`
}
