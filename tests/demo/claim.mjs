// Who works in a demo's folder: one demo at a time. A demo that was killed without a chance to clean up leaves its
// server and its lab behind; the next one stops them, and nothing else.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export class Taken extends Error {}

// What a process was started as; '' when it is no more. A number that was given to another program since is told by this.
function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

async function end(pid, command) {
  const same = () => commandOf(pid) === command
  const send = (signal) => { try { process.kill(pid, signal) } catch { /* it is gone */ } }
  send('SIGTERM')
  for (let wait = 0; wait < 50 && same(); ++wait) await sleep(100)
  if (same()) send('SIGKILL')
}

export class Claim {
  // Throws Taken, in words for a person, when a demo runs in `folder`.
  static async take(folder) {
    mkdirSync(folder, { recursive: true })
    const claim = new Claim()
    claim.file = join(folder, 'running.json')
    claim.said = { pid: process.pid, command: commandOf(process.pid), started: [] }
    const before = read(claim.file)
    if (before && commandOf(before.pid) === before.command)
      throw new Taken(`a demo runs here already (process ${before.pid}). Its addresses are in ${join(folder, 'demo.json')}; ` +
        'stop it with Ctrl-C where it was started before you start another.')
    for (const { pid, command } of before?.started ?? [])
      if (commandOf(pid) === command) {
        console.log(`An earlier demo was killed and left ${command.split(' ')[0].split('/').pop()} behind: it is stopped now.`)
        await end(pid, command)
      }
    rmSync(claim.file, { force: true })
    try {
      closeSync(openSync(claim.file, 'wx'))
    } catch {
      throw new Taken('another demo began here at this very moment. Start this one again when that has ended.')
    }
    claim.save()
    return claim
  }

  started(pid) {
    this.said.started = this.said.started.filter((each) => commandOf(each.pid) === each.command)
    this.said.started.push({ pid, command: commandOf(pid) })
    this.save()
  }

  save() { writeFileSync(this.file, JSON.stringify(this.said) + '\n') }

  // Whatever still lives of what was started goes too.
  async release() {
    for (const { pid, command } of this.said.started) if (commandOf(pid) === command) await end(pid, command)
    rmSync(this.file, { force: true })
  }
}
