// What a sync did, per kind and direction, as the product counts it, and as the demo prints it.

export const KINDS = ['email', 'contact', 'task', 'meeting']

// The sum over all mailboxes of `mailsync --json mailbox list` or `… sync --once`.
export function sumCounts(list) {
  const empty = () => ({
    to_crm: { created: 0, updated: 0, deleted: 0, linked: 0 },
    to_mailbox: { created: 0, updated: 0, deleted: 0 },
    skipped: {},
    parked: 0,
  })
  const sum = Object.fromEntries(KINDS.map((kind) => [kind, empty()]))
  for (const counts of list)
    for (const kind of KINDS) {
      const from = counts[kind], to = sum[kind]
      for (const way of ['to_crm', 'to_mailbox'])
        for (const [what, number] of Object.entries(from[way])) to[way][what] = (to[way][what] ?? 0) + number
      for (const [reason, number] of Object.entries(from.skipped)) to.skipped[reason] = (to.skipped[reason] ?? 0) + number
      to.parked += from.parked
    }
  return sum
}

export function writesIn(counts) {
  let writes = 0
  for (const kind of KINDS)
    for (const way of ['to_crm', 'to_mailbox'])
      for (const number of Object.values(counts[kind][way])) writes += number
  return writes
}

const WORDS = {
  not_marked: 'without the category', review: 'to review', private: 'private', would_mail_others: 'would mail others',
  others_meeting: 'organised by somebody else', out_of_scope: 'out of scope', doubled: 'the same record again', parked: 'with an issue',
}

export function table(counts) {
  const rows = [['', 'to the CRM', 'to the mailboxes', 'skipped, and why']]
  const told = (way) => ['created', 'updated', 'linked', 'deleted'].filter((what) => way[what])
    .map((what) => `${way[what]} ${what === 'updated' ? 'changed' : what}`).join(', ') || 'nothing'
  for (const kind of KINDS) {
    const skipped = { ...counts[kind].skipped, ...(counts[kind].parked ? { parked: counts[kind].parked } : {}) }
    rows.push([`${kind}s`, told(counts[kind].to_crm), kind === 'email' ? '-' : told(counts[kind].to_mailbox),
      Object.entries(skipped).map(([reason, number]) => `${number} ${WORDS[reason] ?? reason}`).join(', ')])
  }
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows.map((row) => '  ' + row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n')
}
