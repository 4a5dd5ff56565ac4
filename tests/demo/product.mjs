// The product as its administrator runs it: a settings file, the command line, the server.
import { spawn } from 'node:child_process'
import { createWriteStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

// A text as TOML writes it.
const quoted = (text) => JSON.stringify(text)

// Writes mailsync.toml for this lab into `folder` and returns its path; `changed` replaces keys ("graph.url": …).
export function writeSettings(folder, info, { listen, webDir, changed = {} }) {
  const settings = {
    'server.listen': quoted(listen),
    'server.data_dir': quoted(join(folder, 'data')),
    ...(webDir ? { 'server.web_dir': quoted(webDir) } : {}),
    'database.url': quoted(`sqlite:${join(folder, 'data', 'mailsync.db')}`),
    'vault.master_key_file': quoted(join(folder, 'master.key')),
    'graph.tenant': quoted(info.tenant_id),
    'graph.client_id': quoted(info.client_id),
    'graph.sign_in': quoted('app'),
    'graph.certificate': quoted(info.certificate),
    'graph.key': quoted(info.private_key),
    'graph.authority': quoted(info.url),
    'graph.url': quoted(info.url),
    'network.ca_file': quoted(info.ca),
    'network.allow_private': 'true',
    'sync.poll_seconds': '5',
    'profile.internal_domains': '["contoso.example"]',
    ...changed,
  }
  const sections = {}
  for (const [name, value] of Object.entries(settings)) {
    if (value === null) continue
    const [section, key] = name.split('.')
    ;(sections[section] ??= []).push(`${key} = ${value}`)
  }
  const path = join(folder, 'mailsync.toml')
  writeFileSync(path, Object.entries(sections).map(([name, lines]) => `[${name}]\n${lines.join('\n')}\n`).join('\n'),
    { mode: 0o600 })
  return path
}

export class Product {
  // onStart hears the id of every process that is started.
  constructor(binary, settings, onStart = () => {}) {
    this.binary = binary
    this.settings = settings
    this.onStart = onStart
  }

  // Runs a command to its end; with `show`, the person sees its progress. → { code, out, err }
  run(args, { input = '', show = false } = {}) {
    return new Promise((done, failed) => {
      const child = spawn(this.binary, ['--config', this.settings, ...args],
        { stdio: ['pipe', 'pipe', show ? 'inherit' : 'pipe'] })
      if (child.pid) this.onStart(child.pid)
      let out = '', err = ''
      child.stdout?.on('data', (text) => { out += text })
      child.stderr?.on('data', (text) => { err += text })
      child.stdin.on('error', () => {})
      child.stdin.end(input)
      child.once('error', failed)
      child.once('close', (code, signal) => done({ code: signal ?? code, out, err }))
    })
  }

  async must(args, options) {
    const done = await this.run(args, options)
    if (done.code !== 0)
      throw new Error(`mailsync ${args.join(' ')} ended with ${done.code}: ${(done.err + done.out).trim() || 'see above'}`)
    return done
  }

  async json(args) {
    return JSON.parse((await this.must(['--json', ...args])).out.trim().split('\n').pop())
  }

  async addUser(login, name, password, admin = false) {
    await this.must(['user', 'add', login, '--name', name, '--password-stdin', ...(admin ? ['--admin'] : [])],
      { input: `${password}\n` })
  }

  // → { url, told, pid, ended, stop, kill }: the server; told is all of what it said at its start, when it
  // answers; what it logs goes to `log`.
  async serve(log) {
    const child = spawn(this.binary, ['--config', this.settings, '--json', 'serve'],
      { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    if (child.pid) this.onStart(child.pid)
    const file = createWriteStream(log, { flags: 'a' })
    let said = ''
    child.stderr.on('data', (text) => { said = (said + text).slice(-4000) })
    child.stderr.pipe(file)
    const ended = new Promise((done) => child.once('exit', (code, signal) => done(signal ?? code)))
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const first = await Promise.race([lines.next(), ended.then((code) => {
      throw new Error(`the server ended (${code}) before it was ready: ${said.trim()}`)
    })])
    if (!first.value) throw new Error(`the server ended (${await ended}) before it was ready: ${said.trim()}`)
    child.stdout.resume()
    const told = JSON.parse(first.value)
    return {
      url: told.url,
      told,
      pid: child.pid,
      ended,
      async stop() {
        child.kill('SIGTERM')
        return ended
      },
      async kill() {
        child.kill('SIGKILL')
        return ended
      },
    }
  }
}
