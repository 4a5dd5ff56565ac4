// Makes docs/failures.md of titles.txt and of the tests that name a failure. With --check: only says whether it is up to
// date, and exits by it.
//
// A test shows a failure when its number (F70) is in the test's name (AMoveIsNotADeletion_F70), in the comment right
// above the test, or in a comment within it. A script that is one test in itself says "Shows F12." in its first comment.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const top = join(here, '../..')
const target = join(top, 'docs/failures.md')
const ROOTS = ['src', 'lab', 'tests', 'web/src']
const A_TEST = {
  cc: /^\s*(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)/,
  js: /^\s*(?:await )?(?:test|it)\(\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|`([^`]*)`)/,
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules') yield* filesBelow(path)
    } else yield path
  }
}

const numbersIn = (text) => [...text.matchAll(/(?<![\w#&])_?F(\d{1,3})(?![\w;])/g)].map((found) => Number(found[1]))
const inName = (name) => [...name.matchAll(/_F(\d{1,3})(?=_|$)|\bF(\d{1,3})\b/g)].map((found) => Number(found[1] ?? found[2]))
const isComment = (line) => /^\s*(\/\/|\*|\/\*)/.test(line)
// What stands behind // in a line, but not within a URL or a text.
const commentOf = (line) => isComment(line) ? line : line.match(/(?:^|\s)\/\/\s.*$/)?.[0] ?? ''

// [{ name, numbers }] of one file
export function testsIn(text, kind) {
  const out = []
  let above = [], now = null
  for (const line of text.split('\n')) {
    const begins = line.match(A_TEST[kind])
    if (begins) {
      const name = kind === 'cc' ? `${begins[1]}.${begins[2]}` : begins[1] ?? begins[2] ?? begins[3]
      now = { name: name.replace(/\\(.)/g, '$1'), numbers: new Set([...inName(name), ...above]) }
      out.push(now)
      above = []
    } else if (isComment(line) && !/^\s{2,}/.test(line)) {
      above.push(...numbersIn(line))
    } else {
      above = []
      if (now) for (const number of numbersIn(commentOf(line))) now.numbers.add(number)
      if (/^}/.test(line)) now = null
    }
  }
  if (!out.length) {
    const shows = text.split('\n').filter(isComment).join('\n').match(/Shows ((?:F\d+(?:, | and )?)+)/)
    if (shows) out.push({ name: '', numbers: new Set(numbersIn(shows[1])) })
  }
  return out
}

// number → [{ name, file }]
function collect() {
  const shown = new Map()
  for (const root of ROOTS)
    for (const path of filesBelow(join(top, root))) {
      const file = relative(top, path)
      const kind = /(_test|_suite)\.cc$/.test(file) ? 'cc' : /\.(mjs|test\.tsx?)$/.test(file) ? 'js' : null
      if (!kind || file.startsWith('tests/failures/')) continue
      for (const { name, numbers } of testsIn(readFileSync(path, 'utf8'), kind))
        for (const number of numbers) shown.set(number, [...shown.get(number) ?? [], { name, file }])
    }
  return shown
}

// [{ group, entries: [{ number, title, missing }] }]
function titles() {
  const groups = []
  for (const line of readFileSync(join(here, 'titles.txt'), 'utf8').split('\n')) {
    if (!line.trim() || line.startsWith('#')) continue
    const group = line.match(/^== (.+)$/)
    if (group) {
      groups.push({ group: group[1], entries: [] })
      continue
    }
    const entry = line.match(/^F(\d+) (?:\[([^\]]+)\] )?(.+)$/)
    if (!entry) throw new Error(`tests/failures/titles.txt: not an entry: ${line}`)
    groups.at(-1).entries.push({ number: Number(entry[1]), missing: entry[2] ?? '', title: entry[3] })
  }
  return groups
}

function page(groups, shown) {
  const plain = (text) => text.replaceAll('|', '\\|')
  const cell = ({ name, file }) => name ? `${plain(name)} (\`${file}\`)` : `\`${file}\``
  // A test of the lab shows that the lab behaves so, not that the product can live with it.
  const ofProduct = ({ file }) => !file.startsWith('lab/')
  const entries = groups.flatMap((group) => group.entries)
  const built = entries.filter((entry) => !entry.missing)
  const lines = [
    '# What goes wrong elsewhere, and the tests that show it does not here',
    '',
    'Made by `node tests/failures/failures.mjs` of `tests/failures/titles.txt` and of the tests, which name a number in',
    'their names or comments; do not edit it. "Not built" names the part that this program does not have.',
    '',
    `${built.filter((entry) => shown.get(entry.number)?.some(ofProduct)).length} of the ${built.length} that touch what is built have tests.`,
  ]
  for (const { group, entries: list } of groups) {
    lines.push('', `## ${group}`, '', '| | what goes wrong | tests |', '| --- | --- | --- |')
    for (const { number, title, missing } of list) {
      const all = shown.get(number) ?? [], tests = all.filter(ofProduct).map(cell).sort()
      if (!tests.length) tests.push(missing ? `not built: ${missing}` : 'none yet')
      const emulated = all.filter((each) => !ofProduct(each)).map(cell).sort()
      const words = tests.join('<br>') + (emulated.length ? `<br>the lab does it: ${emulated.join(', ')}` : '')
      lines.push(`| F${number} | ${plain(title)} | ${words} |`)
    }
  }
  return lines.join('\n') + '\n'
}

function main() {
  const groups = titles(), shown = collect()
  const known = new Set(groups.flatMap((group) => group.entries.map((entry) => entry.number)))
  const strange = [...shown.keys()].filter((number) => !known.has(number))
  if (strange.length) {
    for (const number of strange) console.error(`F${number} has no title in tests/failures/titles.txt; ${shown.get(number).map((each) => each.file).join(', ')} names it.`)
    return 1
  }
  const text = page(groups, shown)
  if (!process.argv.includes('--check')) {
    writeFileSync(target, text)
    console.log(text.split('\n')[5])
    return 0
  }
  let old = ''
  try { old = readFileSync(target, 'utf8') } catch { /* not made yet */ }
  if (old === text) return 0
  console.error('docs/failures.md is out of date: run node tests/failures/failures.mjs and commit it.')
  const before = new Set(old.split('\n'))
  for (const line of text.split('\n').filter((each) => !before.has(each)).slice(0, 10)) console.error(`  now: ${line}`)
  return 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main()
