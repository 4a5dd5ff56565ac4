// The lab through its control interface (lab/control/control_front.h); Node only.

export const KINDS = ['email', 'contact', 'task', 'meeting']

export class Lab {
  constructor(control) {
    this.control = control
  }

  async call(method, path, body) {
    const answer = await fetch(`${this.control}/lab${path}`, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const json = await answer.json()
    if (!answer.ok) throw new Error(`${method} /lab${path}: ${answer.status} ${json.error}`)
    return json
  }

  get(path) { return this.call('GET', path) }
  counters() { return this.get('/counters') }
  outsideMails() { return this.get('/outbox?outside=true') }
  item(id) { return this.get(`/items/${encodeURIComponent(id)}`) }
  edit(id, fields) { return this.call('PATCH', `/items/${encodeURIComponent(id)}`, fields) }
  setCategory(id, category, set = true) {
    return this.call('PUT', `/items/${encodeURIComponent(id)}/category`, { category, set })
  }
  async dump(mailbox, kind) {
    return (await this.get(`/dump?mailbox=${encodeURIComponent(mailbox)}&kind=${kind}`)).items
  }
}

// address → kind → items
export async function dumpLab(lab) {
  const { mailboxes } = await lab.get('/mailboxes')
  const out = {}
  for (const { address } of mailboxes) {
    out[address] = {}
    for (const kind of KINDS) out[address][kind] = await lab.dump(address, kind)
  }
  return out
}
