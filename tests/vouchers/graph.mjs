// Microsoft's Graph client against the lab's Graph front.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { BatchRequestContent, BatchResponseContent, Client, FileUpload, LargeFileUploadTask, PageIterator } from '@microsoft/microsoft-graph-client'
import { ConfidentialClientApplication } from '@azure/msal-node'
import { check } from './checks.mjs'

export async function driveGraph(info, control) {
  // Graph by one name of the lab, upload addresses by another: as with Microsoft's, where those belong to Outlook, the
  // client then sends them no token.
  const url = new URL(info.url)
  const base = new URL(info.url)
  base.hostname = 'localhost'
  const graph = base.origin + '/v1.0'
  const application = new ConfidentialClientApplication({
    auth: { clientId: info.client_id, authority: info.authority, knownAuthorities: [url.host], clientSecret: info.client_secret } })
  const client = Client.init({
    baseUrl: base.origin + '/',
    defaultVersion: 'v1.0',
    customHosts: new Set([base.hostname]),
    authProvider: (done) =>
      application.acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/.default'] })
        .then(({ accessToken }) => done(null, accessToken), (problem) => done(problem, null)),
  })
  const [anna, ben] = info.mailboxes
  const user = `/users/${anna}`

  // Everything from this link on, page by page, and the link that ends it.
  async function walk(path, pageSize) {
    const seen = []
    const prefer = ['IdType="ImmutableId"', ...(pageSize ? [`odata.maxpagesize=${pageSize}`] : [])].join(', ')
    const first = await client.api(path).header('Prefer', prefer).get()
    const pages = { count: 1 }
    const iterator = new PageIterator(client, first, (entry) => { seen.push(entry); return true }, { headers: { Prefer: prefer } })
    await iterator.iterate()
    return { seen, delta: iterator.getDeltaLink(), firstPage: first.value.length, pages }
  }
  const relative = (link) => link.slice(graph.length)

  await check('graph-client: PageIterator walks messages/delta to its deltaLink; then an empty round; then one change', async () => {
    for (let i = 0; i < 23; i++)
      await control('POST', `/items?kind=email&mailbox=${anna}`, {
        subject: `Message ${i}`, from: { emailAddress: { name: 'Outside', address: 'someone@outside.example' } },
        toRecipients: [{ emailAddress: { name: 'Anna', address: anna } }], body: { contentType: 'text', content: `Text ${i}` } })
    const all = await walk(`${user}/mailFolders/inbox/messages/delta?$select=subject,categories,internetMessageId`, 7)
    const subjects = new Set(all.seen.map(({ subject }) => subject))
    for (let i = 0; i < 23; i++) assert.ok(subjects.has(`Message ${i}`), `Message ${i} is missing`)
    assert.equal(all.firstPage, 7)
    assert.ok(all.delta, 'no deltaLink')
    const quiet = await walk(relative(all.delta))
    assert.deepEqual(quiet.seen, [])
    const { id } = all.seen.find(({ subject }) => subject === 'Message 3')
    await control('PUT', `/items/${encodeURIComponent(id)}/category`, { category: 'CRM' })
    const changed = await walk(relative(quiet.delta))
    assert.deepEqual(changed.seen.map((one) => [one.id, one.categories]), [[id, ['CRM']]])
    await client.api(`${user}/messages/${id}`).header('Prefer', 'IdType="ImmutableId"').delete()
    const removed = await walk(relative(changed.delta))
    // "changed" for what may come back, "deleted" for what may not: the service is not consistent for mail.
    assert.deepEqual(removed.seen.map((one) => one.id), [id])
    assert.ok(['changed', 'deleted'].includes(removed.seen[0]['@removed']?.reason))
  })
  await check('graph-client: without a wish a delta page has ten entries', async () => {
    const first = await client.api(`${user}/mailFolders/inbox/messages/delta`).get()
    assert.equal(first.value.length, 10)
    assert.ok(first['@odata.nextLink'])
  })
  await check('graph-client: a message is read, marked, filed and sent', async () => {
    const list = await client.api(`${user}/mailFolders/inbox/messages`).top(2).select('id,subject,isRead').get()
    assert.equal(list.value.length, 2)
    const { id } = list.value[0]
    const whole = await client.api(`${user}/messages/${id}`).get()
    assert.equal(whole.isRead, false)
    const patched = await client.api(`${user}/messages/${id}`).patch({ isRead: true, categories: ['CRM', 'Blue'] })
    assert.deepEqual([patched.isRead, patched.categories], [true, ['CRM', 'Blue']])
    const moved = await client.api(`${user}/messages/${id}/move`).post({ destinationId: 'archive' })
    assert.notEqual(moved.id, id)
    await client.api(`${user}/sendMail`).post({
      message: { subject: 'Sent by the voucher', body: { contentType: 'text', content: 'Hello' },
        toRecipients: [{ emailAddress: { address: ben } }] } })
    const arrived = await client.api(`/users/${ben}/mailFolders/inbox/messages`).get()
    assert.ok(arrived.value.some(({ subject }) => subject === 'Sent by the voucher'))
  })
  await check('graph-client: contacts are created, changed, listed, tracked and deleted', async () => {
    const start = await walk(`${user}/contactFolders/contacts/contacts/delta`)
    const made = await client.api(`${user}/contacts`).post({
      givenName: 'Pavel', surname: 'Bansky', emailAddresses: [{ address: 'pavelb@outside.example', name: 'Pavel Bansky' }],
      businessPhones: ['+1 732 555 0102'] })
    assert.ok(made.id && made.changeKey)
    const patched = await client.api(`${user}/contacts/${made.id}`).patch({ mobilePhone: '+1 732 555 0199' })
    assert.equal(patched.mobilePhone, '+1 732 555 0199')
    assert.notEqual(patched.changeKey, made.changeKey)
    const changes = await walk(relative(start.delta))
    assert.deepEqual(changes.seen.map(({ surname }) => surname), ['Bansky'])
    await client.api(`${user}/contacts/${made.id}`).delete()
    const after = await walk(relative(changes.delta))
    assert.equal(after.seen[0]['@removed']?.reason, 'deleted')
    const problem = await client.api(`${user}/contacts/${made.id}`).get().then(() => assert.fail('still there'), (error) => error)
    assert.equal(problem.statusCode, 404)
    assert.equal(problem.code, 'ErrorItemNotFound')
  })
  await check('graph-client: a weekly series has its instances, its exception and its cancelled day', async () => {
    const time = (dateTime) => ({ dateTime, timeZone: 'W. Europe Standard Time' })
    const body = {
      subject: 'Weekly', start: time('2027-03-01T09:00:00'), end: time('2027-03-01T10:00:00'),
      body: { contentType: 'html', content: '<p>Agenda</p>' }, location: { displayName: 'Room 1' },
      attendees: [{ emailAddress: { address: ben, name: 'Ben' }, type: 'required' }],
      recurrence: { pattern: { type: 'weekly', interval: 1, daysOfWeek: ['monday'], firstDayOfWeek: 'monday' },
        range: { type: 'numbered', startDate: '2027-03-01', numberOfOccurrences: 6 } },
      transactionId: 'voucher-series-1' }
    const series = await client.api(`${user}/events`).post(body)
    assert.equal(series.type, 'seriesMaster')
    const again = await client.api(`${user}/events`).post(body).then((one) => one.id, (error) => error.statusCode)
    assert.ok(again === series.id || again === 409, `the same transaction made another event: ${again}`)
    const instances = () => client.api(`${user}/events/${series.id}/instances`)
      .query({ startDateTime: '2027-02-01T00:00:00Z', endDateTime: '2027-06-01T00:00:00Z' }).get()
    const six = await instances()
    assert.equal(six.value.length, 6)
    // Summer time begins on 28 March: nine o'clock stays nine o'clock.
    const hours = six.value.map(({ start }) => start.dateTime.slice(11, 13))
    assert.deepEqual(hours, ['08', '08', '08', '08', '07', '07'])
    await client.api(`${user}/events/${six.value[1].id}`).patch({ subject: 'Weekly, moved room' })
    await client.api(`${user}/events/${six.value[2].id}`).delete()
    const five = await instances()
    assert.deepEqual(five.value.map(({ type }) => type), ['occurrence', 'exception', 'occurrence', 'occurrence', 'occurrence'])
    const outbox = (await control('GET', '/outbox')).mails.filter(({ to }) => to === ben)
    assert.ok(outbox.some(({ why }) => why === 'meetingRequest'), 'the attendee was not invited')
    const view = await walk(`${user}/calendarView/delta?startDateTime=2027-02-01T00:00:00Z&endDateTime=2027-06-01T00:00:00Z`)
    assert.ok(view.delta)
    assert.ok(view.seen.length >= 5)
    const copy = await client.api(`/users/${ben}/calendarView`)
      .query({ startDateTime: '2027-02-01T00:00:00Z', endDateTime: '2027-06-01T00:00:00Z' }).top(50).get()
    assert.equal(copy.value.filter(({ subject }) => subject.startsWith('Weekly')).length, 5)
  })
  await check('graph-client: tasks and their links', async () => {
    const lists = await client.api(`${user}/todo/lists`).get()
    const list = lists.value.find(({ wellknownListName }) => wellknownListName === 'defaultList')
    const task = await client.api(`${user}/todo/lists/${list.id}/tasks`).post({
      title: 'Call back', dueDateTime: { dateTime: '2027-01-15T00:00:00', timeZone: 'UTC' },
      linkedResources: [{ webUrl: 'https://crm.example/1', applicationName: 'CRM', displayName: 'Case 1', externalId: '1' }] })
    const done = await client.api(`${user}/todo/lists/${list.id}/tasks/${task.id}`).patch({ status: 'completed' })
    assert.equal(done.status, 'completed')
    assert.ok(done.completedDateTime)
    const changes = await walk(`${user}/todo/lists/${list.id}/tasks/delta`)
    assert.ok(changes.seen.some(({ title }) => title === 'Call back'))
  })
  await check('graph-client: $batch keeps order by dependsOn and tells failures apart', async () => {
    const request = (path, options) => new Request(`${graph}${path}`, options)
    const json = { 'content-type': 'application/json' }
    const content = new BatchRequestContent([
      { id: '1', request: request(`${user}/contacts`, { method: 'POST', headers: json, body: JSON.stringify({ givenName: 'Batch' }) }) },
      { id: '2', request: request(`${user}/contacts?$top=1`, { method: 'GET' }), dependsOn: ['1'] },
      { id: '3', request: request(`${user}/contacts/AAMkNoSuchItem`, { method: 'GET' }), dependsOn: ['2'] },
      { id: '4', request: request(`${user}/messages?$top=1`, { method: 'GET' }), dependsOn: ['3'] },
    ])
    const answer = new BatchResponseContent(await client.api('/$batch').post(await content.getContent()))
    assert.equal(answer.getResponseById('1').status, 201)
    assert.equal(answer.getResponseById('2').status, 200)
    assert.ok([400, 404].includes(answer.getResponseById('3').status))
    assert.equal(answer.getResponseById('4').status, 424)
  })
  await check('graph-client: a large attachment goes up in pieces and comes back whole', async () => {
    const draft = await client.api(`${user}/messages`).post({ subject: 'With an attachment' })
    const bytes = randomBytes(4 * 1024 * 1024 + 12345)
    const session = await LargeFileUploadTask.createUploadSession(client, `${user}/messages/${draft.id}/attachments/createUploadSession`, {
      AttachmentItem: { attachmentType: 'file', name: 'large.bin', size: bytes.length } })
    session.url = session.url.replace(base.host, url.host)
    const task = new LargeFileUploadTask(client, new FileUpload(bytes, 'large.bin', bytes.length), session, { rangeSize: 5 * 320 * 1024 })
    const result = await task.upload()
    assert.match(result.location ?? '', /attachments/i)
    const { value } = await client.api(`${user}/messages/${draft.id}/attachments`).get()
    assert.deepEqual(value.map(({ name, size }) => [name, size >= bytes.length]), [['large.bin', true]])
    const back = await client.api(`${user}/messages/${draft.id}/attachments/${value[0].id}/$value`).responseType('arraybuffer').get()
    assert.ok(Buffer.from(back).equals(bytes), 'other bytes came back')
  })
  await check('graph-client: its own retry waits as told after 429', async () => {
    await control('PUT', '/switches', { faults: { planned: [{ match: '/contacts', status: 429, code: 'ApplicationThrottled', retry_after: 1, times: 1 }] } })
    const started = Date.now()
    const list = await client.api(`${user}/contacts`).get()
    assert.ok(Array.isArray(list.value))
    assert.ok(Date.now() - started >= 900, 'did not wait')
  })
  await check('graph-client: every page of the filled mailboxes is read, for the schemas to look at', async () => {
    const total = { contact: 0, meeting: 0 }
    for (const mailbox of info.mailboxes) {
      const whose = `/users/${mailbox}`
      total.contact += (await walk(`${whose}/contacts?$top=50`)).seen.length
      total.meeting += (await walk(`${whose}/events?$top=50`)).seen.length
      await walk(`${whose}/calendarView/delta?startDateTime=2026-01-01T00:00:00Z&endDateTime=2028-01-01T00:00:00Z`, 50)
      for (const list of (await walk(`${whose}/todo/lists`)).seen) await walk(`${whose}/todo/lists/${list.id}/tasks/delta`)
      for (const path of ['/mailFolders', '/mailFolders/delta', '/contactFolders', '/calendars', '/outlook/masterCategories']) await walk(whose + path)
      await client.api(`${whose}/mailboxSettings`).get()
    }
    const dumped = async (kind) => {
      const dumps = await Promise.all(info.mailboxes.map((mailbox) => control('GET', `/dump?kind=${kind}&mailbox=${mailbox}`)))
      return dumps.reduce((sum, { items }) => sum + items.length, 0)
    }
    assert.equal(total.contact, await dumped('contact'))
    assert.equal(total.meeting, await dumped('meeting'))
  })
  await check('graph-client: a subscription shakes hands, notifies, is renewed and deleted', () => subscription(client, control, anna, user))
}

async function subscription(client, control, anna, user) {
  const arrived = []
  let tell = () => {}
  const receiver = createServer((request, response) => {
    const token = new URL(request.url, 'http://receiver').searchParams.get('validationToken')
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      response.writeHead(token ? 200 : 202, { 'content-type': 'text/plain' }).end(token ?? '')
      if (!token) arrived.push(...JSON.parse(body).value)
      tell()
    })
  })
  await new Promise((listening) => receiver.listen(0, '127.0.0.1', listening))
  try {
    const notificationUrl = `http://127.0.0.1:${receiver.address().port}/hook`
    const inMinutes = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString()
    const made = await client.api('/subscriptions').post({
      changeType: 'created,updated,deleted', notificationUrl, resource: `${user.slice(1)}/messages`,
      expirationDateTime: inMinutes(120), clientState: 'voucher-secret' })
    await control('POST', `/items?kind=email&mailbox=${anna}`, { subject: 'To be notified of' })
    const deadline = new Promise((_, fail) => setTimeout(() => fail(new Error('no notification within 20 s')), 20_000).unref())
    while (arrived.length === 0) await Promise.race([new Promise((some) => (tell = some)), deadline])
    assert.equal(arrived[0].clientState, 'voucher-secret')
    assert.equal(arrived[0].subscriptionId, made.id)
    assert.equal(arrived[0].changeType, 'created')
    const renewed = await client.api(`/subscriptions/${made.id}`).patch({ expirationDateTime: inMinutes(240) })
    assert.ok(new Date(renewed.expirationDateTime) > new Date(made.expirationDateTime))
    await client.api(`/subscriptions/${made.id}`).delete()
    const gone = await client.api(`/subscriptions/${made.id}`).get().then(() => null, (error) => error.statusCode)
    assert.equal(gone, 404)
    const refused = await client.api('/subscriptions').post({
      changeType: 'created', notificationUrl: 'http://127.0.0.1:1/nobody', resource: `${user.slice(1)}/messages`,
      expirationDateTime: inMinutes(60) }).then(() => null, (error) => error.statusCode)
    assert.equal(refused, 400)
  } finally {
    receiver.close()
  }
}
