// The lab as a process of its own.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const top = resolve(new URL('../..', import.meta.url).pathname)

export function labBinary() {
  const named = process.env.MAILSYNC_BIN_DIR
  const candidates = named ? [join(resolve(named), 'mailsync-lab')] : [join(top, 'build/release/bin/mailsync-lab'), join(top, 'build/test/bin/mailsync-lab')]
  const found = candidates.find(existsSync)
  if (!found) throw new Error(`No lab to start: ${candidates.join(' and ')} do not exist. Build it: ./dev build`)
  return found
}

// → { info, description, stop }: info is what --write left (addresses, secrets), description is that file.
export async function startLab(args = []) {
  const folder = mkdtempSync(join(tmpdir(), 'mailsync-vouchers-'))
  const description = join(folder, 'lab.json')
  const child = spawn(labBinary(), ['serve', '--tls', '--write', description, '--emails', '0',
    '--redirect-uri', 'web:http://localhost/callback', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((done) => child.on('exit', done))
  const ready = createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()
  const first = await Promise.race([ready, ended.then((code) => { throw new Error(`the lab ended with ${code} before it was ready`) })])
  if (!JSON.parse(first.value).ready) throw new Error(`the lab is not ready: ${first.value}`)
  return {
    info: JSON.parse(readFileSync(description, 'utf8')),
    description,
    async stop() {
      child.kill('SIGTERM')
      const code = await ended
      rmSync(folder, { recursive: true })
      if (code !== 0) throw new Error(`the lab ended with ${code}`)
    },
  }
}

// The lab's control interface.
export function controlOf(info) {
  return async function control(method, path, body) {
    const answer = await fetch(info.control + '/lab' + path, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const json = await answer.json()
    if (!answer.ok) throw new Error(`${method} /lab${path}: ${answer.status} ${json.error}`)
    return json
  }
}
