// ews-javascript-api, an independent client of EWS, against the lab's EWS front.
import assert from 'node:assert/strict'
import ews from 'ews-javascript-api'
import { check, skip } from './checks.mjs'
import { driveItems } from './ews_items.mjs'
import { missing, operationOf, recordedSoap, validateSoap } from './soap.mjs'

const exchanges = []
// The library's own way of sending, with everything written down.
class RecordingXhr {
  constructor() {
    this.inner = new ews.XhrApi()
  }
  get apiName() {
    return this.inner.apiName
  }
  async xhr(options, progress) {
    const record = (answer) => exchanges.push({ request: options.data, status: answer.status, response: answer.responseText })
    try {
      const answer = await this.inner.xhr(options, progress)
      record(answer)
      return answer
    } catch (problem) {
      if (problem?.responseText !== undefined) record(problem)
      throw problem
    }
  }
  xhrStream(options, progress) {
    return this.inner.xhrStream(options, progress)
  }
  disconnect() {
    this.inner.disconnect()
  }
}

export async function driveEws(info, control) {
  const [anna, ben] = info.mailboxes
  const serviceFor = (version, login, password) => {
    const service = new ews.ExchangeService(version)
    service.Url = new ews.Uri(info.ews)
    service.Credentials = new ews.WebCredentials(login, password)
    service.XHRApi = new RecordingXhr()
    return service
  }
  const { ExchangeVersion, WellKnownFolderName, PropertySet, BasePropertySet, SyncFolderItemsScope, ChangeType } = ews
  const versions = [
    ['Exchange2010_SP2', ExchangeVersion.Exchange2010_SP2],
    ['Exchange2013_SP1', ExchangeVersion.Exchange2013_SP1],
    ['Exchange2016', ExchangeVersion.Exchange2016],
  ]
  const service = serviceFor(ExchangeVersion.Exchange2013_SP1, anna, info.ews_password)
  const idOnly = new PropertySet(BasePropertySet.IdOnly)
  const all = new PropertySet(BasePropertySet.FirstClassProperties)
  const inbox = new ews.FolderId(WellKnownFolderName.Inbox)
  // Of a fault, or of a response message.
  const codeOf = (problem) => ews.ServiceError[problem.ResponseCode || problem.ErrorCode]
  const refusedWith = async (work, code) => {
    const problem = await work().then(() => assert.fail('was accepted'), (error) => error)
    assert.equal(codeOf(problem), code, String(problem.stack ?? problem))
  }

  for (let i = 0; i < 7; i++)
    await control('POST', `/items?kind=email&mailbox=${anna}`, {
      subject: `Exchange ${i}`, from: { emailAddress: { name: 'Outside', address: 'someone@outside.example' } },
      toRecipients: [{ emailAddress: { name: 'Anna', address: anna } }], body: { contentType: 'text', content: `Text ${i}` } })

  for (const [name, version] of versions)
    await check(`ews-javascript-api: signs in as ${name} and reads a folder`, async () => {
      const folder = await ews.Folder.Bind(serviceFor(version, anna, info.ews_password), WellKnownFolderName.Inbox)
      assert.equal(folder.DisplayName, 'Inbox')
      assert.ok(folder.TotalCount >= 7)
    })
  await check('ews-javascript-api: a wrong password is refused', async () => {
    await assert.rejects(ews.Folder.Bind(serviceFor(ExchangeVersion.Exchange2013_SP1, anna, 'wrong'), WellKnownFolderName.Inbox))
  })
  await check('ews-javascript-api: DOMAIN\\user signs in, and the impersonator acts for others', async () => {
    const name = anna.split('@')[0]
    const own = await ews.Folder.Bind(
      serviceFor(ExchangeVersion.Exchange2013_SP1, `${info.ews_domain}\\${name}`, info.ews_password), WellKnownFolderName.Inbox)
    const acting = serviceFor(ExchangeVersion.Exchange2013_SP1, info.ews_impersonator, info.ews_impersonator_password)
    acting.ImpersonatedUserId = new ews.ImpersonatedUserId(ews.ConnectingIdType.SmtpAddress, anna)
    const same = await ews.Folder.Bind(acting, WellKnownFolderName.Inbox)
    assert.equal(same.Id.UniqueId, own.Id.UniqueId)
    acting.ImpersonatedUserId = new ews.ImpersonatedUserId(ews.ConnectingIdType.SmtpAddress, 'nobody@contoso.example')
    await refusedWith(() => ews.Folder.Bind(acting, WellKnownFolderName.Inbox), 'ErrorNonExistentMailbox')
    const meddling = serviceFor(ExchangeVersion.Exchange2013_SP1, anna, info.ews_password)
    meddling.ImpersonatedUserId = new ews.ImpersonatedUserId(ews.ConnectingIdType.SmtpAddress, ben)
    await refusedWith(() => ews.Folder.Bind(meddling, WellKnownFolderName.Inbox), 'ErrorImpersonateUserDenied')
  })
  await check('ews-javascript-api: SyncFolderHierarchy gives all folders, then a new one', async () => {
    const first = await service.SyncFolderHierarchy(all, null)
    const names = Array.from({ length: first.Count }, (_, i) => first._getItem(i).Folder.DisplayName)
    for (const name of ['Inbox', 'Sent Items', 'Contacts', 'Calendar', 'Tasks']) assert.ok(names.includes(name), `${name} is missing`)
    const folder = new ews.Folder(service)
    folder.DisplayName = 'Made by the voucher'
    await folder.Save(WellKnownFolderName.Inbox)
    const second = await service.SyncFolderHierarchy(all, first.SyncState)
    assert.equal(second.Count, 1)
    assert.equal(second._getItem(0).Folder.DisplayName, 'Made by the voucher')
    const below = await service.FindFolders(WellKnownFolderName.Inbox, new ews.FolderView(10))
    assert.deepEqual(below.Folders.map((one) => one.DisplayName), ['Made by the voucher'])
  })
  await check('ews-javascript-api: SyncFolderItems goes page by page, then tells changes, marks and removals', async () => {
    const sync = (state, most) => service.SyncFolderItems(inbox, idOnly, [], most, SyncFolderItemsScope.NormalItems, state)
    const list = (page) => Array.from({ length: page.Count }, (_, i) => page._getItem(i))
    let page = await sync(null, 4)
    assert.equal(page.Count, 4)
    assert.equal(page.MoreChangesAvailable, true)
    const ids = []
    for (;;) {
      ids.push(...list(page).map((one) => one.ItemId.UniqueId))
      if (!page.MoreChangesAvailable) break
      page = await sync(page.SyncState, 4)
    }
    assert.ok(ids.length >= 7)
    assert.equal(new Set(ids).size, ids.length)
    page = await sync(page.SyncState, 512)
    assert.equal(page.Count, 0)
    const { items } = await control('GET', `/items?kind=email&mailbox=${anna}&text=Exchange&limit=7`)
    await control('PATCH', `/items/${encodeURIComponent(items[0].id)}`, { isRead: true })
    await control('PUT', `/items/${encodeURIComponent(items[1].id)}/category`, { category: 'CRM' })
    await control('POST', `/items/${encodeURIComponent(items[2].id)}/move`, { container: 'archive' })
    page = await sync(page.SyncState, 512)
    assert.deepEqual(list(page).map((one) => one.ChangeType), [ChangeType.ReadFlagChange, ChangeType.Update, ChangeType.Delete])
    assert.equal(list(page)[0].IsRead, true)
    await refusedWith(() => sync('bm9uc2Vuc2U=', 10), 'ErrorInvalidSyncStateData')
  })
  await check('ews-javascript-api: items are read in one batch, with their MIME and the item that is not there', async () => {
    const page = await service.SyncFolderItems(inbox, idOnly, [], 10, SyncFolderItemsScope.NormalItems, null)
    const ids = Array.from({ length: 3 }, (_, i) => page._getItem(i).ItemId)
    ids.push(new ews.ItemId(ids[0].UniqueId.slice(0, -6) + 'zzAA=='))
    const wanted = new PropertySet(BasePropertySet.FirstClassProperties, [ews.ItemSchema.MimeContent, ews.EmailMessageSchema.From])
    const answers = await service.BindToItems(ids, wanted)
    assert.equal(answers.Count, 4)
    const codes = Array.from({ length: 4 }, (_, i) => ews.ServiceError[answers.__thisIndexer(i).ErrorCode])
    assert.deepEqual(codes.slice(0, 3), ['NoError', 'NoError', 'NoError'])
    assert.match(codes[3], /ErrorItemNotFound|ErrorInvalidIdMalformed/)
    const message = answers.__thisIndexer(0).Item
    assert.match(message.Subject, /^Exchange /)
    assert.equal(message.From.Address, 'someone@outside.example')
    assert.match(message.Body.Text, /^Text /)
    assert.match(Buffer.from(message.MimeContent.Content ?? message.MimeContent.toString(), 'base64').toString(), /Message-ID: /)
  })
  await driveItems({ service, info, control, refusedWith })
  await check('ews-javascript-api: a busy server says how long to wait', async () => {
    await control('PUT', '/switches', { ews: { planned: [{ operation: 'GetFolder', back_off: 1500 }] } })
    const problem = await ews.Folder.Bind(service, WellKnownFolderName.Inbox).then(() => assert.fail('was accepted'), (error) => error)
    assert.equal(codeOf(problem), 'ErrorServerBusy')
    assert.equal(Number(problem.ErrorDetails.get('BackOffMilliseconds')), 1500)
  })
}

// All that passed, against the published schemas.
export async function checkSoap() {
  for (const [whose, list] of [['ews-javascript-api', exchanges], ['our tests', recordedSoap()]]) {
    if (!list.length) continue
    if (missing) {
      skip(`${whose}: ${list.length} SOAP exchanges against the published schemas`, missing)
      continue
    }
    const { problems } = validateSoap(list)
    const operations = [...new Set(list.map(operationOf))].sort()
    for (const operation of operations)
      await check(`${whose} fits Microsoft's XSD: ${operation} (${list.filter((one) => operationOf(one) === operation).length})`, () => {
        const own = problems.filter((one) => one.operation === operation)
        if (own.length) throw [...new Set(own.map((one) => `${one.side}: ${one.problem}`))].slice(0, 8).join('\n')
      })
    const rest = problems.filter((one) => !operations.includes(one.operation))
    if (rest.length) await check(`${whose}: the schemas load`, () => { throw rest[0].problem })
  }
}

// The validator is itself shown to refuse what is wrong.
export async function driveSoapValidator() {
  if (missing) return skip('validator of SOAP: refuses what is wrong', missing)
  const wrap = (body) => `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Header><t:RequestServerVersion Version="Exchange2016"/></s:Header><s:Body>${body}</s:Body></s:Envelope>`
  const sync = (most) => wrap(`<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId><t:DistinguishedFolderId Id="inbox"/></m:SyncFolderId><m:MaxChangesReturned>${most}</m:MaxChangesReturned></m:SyncFolderItems>`)
  const item = (inner) => wrap(`<m:GetItemResponse><m:ResponseMessages><m:GetItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Items><t:Message>${inner}</t:Message></m:Items></m:GetItemResponseMessage></m:ResponseMessages></m:GetItemResponse>`)
  await check('validator of SOAP: takes what fits', () =>
    assert.deepEqual(validateSoap([{ request: sync(512), response: item('<t:Subject>a</t:Subject><t:Sensitivity>Normal</t:Sensitivity>') }]).problems, []))
  for (const [name, exchange] of [
    ['a page of 513', { request: sync(513) }],
    ['elements in another order', { response: item('<t:Sensitivity>Normal</t:Sensitivity><t:Subject>a</t:Subject>') }],
    ['an unknown element', { response: item('<t:Topic>a</t:Topic>') }],
    ['a time that is none', { response: item('<t:DateTimeReceived>yesterday</t:DateTimeReceived>') }],
    ['what is not XML', { response: '<?xml version="1.0"?><s:Envelope>' }],
  ])
    await check(`validator of SOAP: refuses ${name}`, () => assert.ok(validateSoap([exchange]).problems.length > 0))
}
