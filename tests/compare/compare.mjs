// The independent comparer: reads both sides from their public interfaces (the lab's /lab/dump, the CRM's HTTP API) and
// says whether they agree. Shares no code with the product.
//
//   node tests/compare/compare.mjs --lab http://127.0.0.1:PORT --crm URL --login NAME --password WORD [--keep FILE]
//   node tests/compare/compare.mjs --dumps FILE        what --keep wrote
//
// Prints one JSON object; exit 0 when the two sides agree, 1 when they do not, 2 when it was called wrongly.
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { Crm, dumpCrm } from './crm.mjs'
import { judge } from './judge.mjs'
import { dumpLab, Lab } from './lab.mjs'

// Everything that the judgement needs, read at one quiet moment.
export async function readBoth(lab, crm) {
  return { lab: await dumpLab(lab), crm: await dumpCrm(crm), issues: await crm.all('/api/v1/issues') }
}

async function main() {
  const { values } = parseArgs({ options: Object.fromEntries(['lab', 'crm', 'login', 'password', 'keep', 'dumps', 'category']
    .map((name) => [name, { type: 'string' }])) })
  if (!values.dumps && !(values.lab && values.crm && values.login && values.password))
    throw new Error('name --lab, --crm, --login and --password, or --dumps FILE')
  const dumps = values.dumps ? JSON.parse(readFileSync(values.dumps, 'utf8'))
    : await readBoth(new Lab(values.lab), await Crm.signIn(values.crm, values.login, values.password))
  if (values.keep) writeFileSync(values.keep, JSON.stringify(dumps))
  const verdict = judge({ ...dumps, category: values.category ?? 'CRM' })
  console.log(JSON.stringify({ ...verdict, differences: verdict.differences.slice(0, 50), differences_in_all: verdict.differences.length }, null, 1))
  return verdict.agree ? 0 : 1
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  main().then((code) => process.exit(code), (error) => {
    console.error(`compare: ${error.message}`)
    process.exit(2)
  })
