// What the CRM has of its own before any mailbox is connected: people, tasks and meetings that each user owns, and
// so has in the scope that goes down to his mailbox. Entered through the HTTP API, as he would.

const GIVEN = ['Ada', 'Bruno', 'Carmen', 'Dagmar', 'Edwin', 'Frida', 'Gustav', 'Helga', 'Ivo', 'Judith', 'Karim', 'Lotte',
  'Milan', 'Noor', 'Olaf', 'Petra', 'Ruben', 'Sanna', 'Tomás', 'Ursula']
const FAMILY = ['Achterberg', 'Brandão', 'Castellanos']
const JOBS = ['Head of Purchasing', 'Site Manager', 'Treasurer', 'Surveyor']
const ERRANDS = ['Send the price list', 'Chase the signed contract', 'Book the showroom', 'Check the delivery', 'Renew the licence',
  'Write the minutes', 'Order samples', 'Update the forecast', 'Prepare the audit', 'Close the ticket']
const TOPICS = ['Quarterly numbers', 'Site visit', 'Contract review', 'Onboarding', 'Roadmap', 'Price talks', 'Retrospective',
  'Fair preparation', 'Hiring', 'Warehouse tour', 'Budget round', 'Complaint follow-up']

const DAY = 86_400_000
const date = (now, days) => new Date(now + days * DAY).toISOString().slice(0, 10)
const wall = (now, days, time, zone) => ({ local: `${date(now, days)}T${time}:00`, zone })

function person(user, i) {
  const given = GIVEN[i % GIVEN.length], family = FAMILY[user % FAMILY.length]
  const plain = (text) => text.normalize('NFD').replace(/[^A-Za-z]/g, '').toLowerCase()
  return {
    given_name: given, family_name: family, company: `${family} Trading`, job_title: JOBS[i % JOBS.length],
    emails: [`${plain(given)}.${plain(family)}@${plain(family)}.example`],
    business_phones: [`+44 20 7946 0${user}${String(i).padStart(2, '0')}`],
    ...(i % 2 ? { mobile_phone: `+44 7700 900${user}${String(i).padStart(2, '0')}` } : {}),
    ...(i % 4 ? {} : {
      department: 'Operations',
      business_address: { street: `${i + 1} Harbour Road`, city: 'Bristol', postal_code: 'BS1 4QA', country: 'Ruritania' },
    }),
    ...(i % 5 ? {} : { web_page: `https://www.${plain(family)}.example` }),
  }
}

function task(user, i, now) {
  return {
    subject: `${ERRANDS[i % ERRANDS.length]} (${FAMILY[user % FAMILY.length]})`,
    body: i % 3 ? null : 'Asked for on the phone.\nIt can wait until the end of the week.',
    due: i % 4 === 3 ? null : date(now, 2 + i),
    status: ['not_started', 'in_progress', 'waiting'][i % 3],
    importance: ['normal', 'high', 'low'][i % 3],
  }
}

// One in four has a guest from outside: writing it to the mailbox would mail him, which nobody asked for.
function meeting(user, i, now) {
  const zone = ['Europe/London', 'America/New_York', 'Asia/Tokyo', 'Europe/Berlin'][i % 4]
  const base = {
    subject: `${TOPICS[i % TOPICS.length]} with ${FAMILY[user % FAMILY.length]}`,
    location: i % 2 ? `Room ${i + 1}` : null,
    body: i % 3 ? null : 'Bring the figures.',
    start: wall(now, 3 + i, '09:30', zone), end: wall(now, 3 + i, '10:15', zone),
    show_as: 'busy', reminder_minutes: i % 5 ? 15 : null,
  }
  if (i % 4 === 3)
    base.attendees = [{ address: `guest${i}@${FAMILY[user % FAMILY.length].normalize('NFD').replace(/[^A-Za-z]/g, '').toLowerCase()}.example`,
      name: 'A Guest', type: 'required' }]
  if (i === 4) Object.assign(base, { start: { date: date(now, 20) }, end: { date: date(now, 22) } })
  if (i === 8)
    base.recurrence = { pattern: 'weekly', interval: 1, weekdays: [new Date(now + (3 + i) * DAY).getUTCDay()],
      first_day_of_week: 1, end: 'count', count: 8 }
  if (i === 9) base.recurrence = { pattern: 'daily', interval: 2, end: 'until', until: date(now, 40) }
  if (i === 10)
    Object.assign(base, {
      recurrence: { pattern: 'weekly', interval: 2, weekdays: [new Date(now + (3 + i) * DAY).getUTCDay()],
        first_day_of_week: 1, end: 'count', count: 6 },
      exceptions: [
        { original_start: wall(now, 3 + i + 14, '09:30', zone), cancelled: false, subject: 'Another subject this time',
          start: wall(now, 3 + i + 14, '13:00', zone), end: wall(now, 3 + i + 14, '13:45', zone) },
        { original_start: wall(now, 3 + i + 28, '09:30', zone), cancelled: true },
      ],
    })
  return base
}

export const SEED_SIZE = { contact: 20, task: 10, meeting: 12 }

// → kind → how many were created
export async function seedCrm(clients, now = Date.now(), size = SEED_SIZE) {
  const counts = { contact: 0, task: 0, meeting: 0 }
  for (const [user, crm] of clients.entries())
    for (const [kind, make] of Object.entries({ contact: person, task, meeting }))
      for (let i = 0; i < size[kind]; ++i, ++counts[kind]) await crm.create(kind, make(user, i, now))
  return counts
}
