// The rows of an embedded database, to see that a pass with nothing to do writes none. Bookkeeping that may move by
// itself (leases, cursors, due times, sessions, counters of passes) does not count.
import { createHash } from 'node:crypto'

const BOOKKEEPING = new Set(['mailbox_lease', 'sync_cursor', 'mailbox', 'web_session', 'sign_in_failure', 'schema_migration',
  'user_account', 'run_count', 'auth_secret', 'auth_data_key'])

// → table → Set of hashes of its rows; null where this Node cannot read SQLite
export async function readRows(file) {
  let sqlite
  try {
    const warn = process.emitWarning
    process.emitWarning = () => {}
    sqlite = await import('node:sqlite')
    process.emitWarning = warn
  } catch {
    return null
  }
  const database = new sqlite.DatabaseSync(file, { readOnly: true })
  const out = {}
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'").all()
  for (const { name } of tables) {
    if (BOOKKEEPING.has(name) || name.startsWith('sqlite_') || name.startsWith('crm_text_')) continue
    const rows = new Map()
    const statement = database.prepare(`SELECT * FROM "${name}"`)
    statement.setReadBigInts(true)
    for (const row of statement.iterate()) {
      const hash = createHash('sha1')
      for (const value of Object.values(row)) hash.update(value instanceof Uint8Array ? value : String(value)).update('\0')
      const key = hash.digest('base64')
      rows.set(key, (rows.get(key) ?? 0) + 1)
    }
    out[name] = rows
  }
  database.close()
  return out
}

// Rows that are in `after` and were not in `before`, or went: by table.
export function changedRows(before, after) {
  const out = {}
  for (const [table, rows] of Object.entries(after)) {
    let count = 0
    for (const [key, times] of rows) count += Math.max(0, times - (before[table]?.get(key) ?? 0))
    for (const [key, times] of before[table] ?? []) count += rows.has(key) ? 0 : times
    if (count) out[table] = count
  }
  return out
}
