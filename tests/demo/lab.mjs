// The lab as a process of its own: three mailboxes of real mail behind TLS.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Lab } from '../compare/lab.mjs'

export const WHOLE = { mailboxes: 3, emails: 3200, people: 300, tasks: 100, meetings: 200 }

// → { info, lab, ended, stop }; info is what the lab wrote: addresses, credentials, certificate files.
export async function startLab(binary, mail, folder, { size = WHOLE, seed = 7, port = 0, more = [], onStart = () => {} } = {}) {
  const description = join(folder, 'lab.json')
  const child = spawn(binary, ['serve', '--tls', '--seed', `${seed}`, '--mailboxes', `${size.mailboxes}`, '--mail', mail,
    '--emails', `${size.emails}`, '--people', `${size.people}`, '--tasks', `${size.tasks}`,
    '--meetings', `${size.meetings}`, '--port', `${port}`, '--write', description, ...more],
  { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  onStart(child.pid)
  let said = ''
  child.stderr.on('data', (text) => { said = (said + text).slice(-4000) })
  const ended = new Promise((done) => child.once('exit', (code, signal) => done(signal ?? code)))
  const first = createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()
  const line = await Promise.race([first, ended.then((code) => {
    throw new Error(`the lab ended (${code}) before it was ready: ${said.trim()}`)
  })])
  if (!line.value || !JSON.parse(line.value).ready) throw new Error(`the lab is not ready: ${line.value} ${said}`)
  child.stdout.resume()
  const info = JSON.parse(readFileSync(description, 'utf8'))
  return {
    info,
    lab: new Lab(info.control),
    ended,
    pid: child.pid,
    said: () => said,
    async stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}
