// ews-javascript-api writes items of every kind into the lab, and Graph's view of them (the control interface) agrees.
import assert from 'node:assert/strict'
import ews from 'ews-javascript-api'
import { check } from './checks.mjs'

const { BasePropertySet, ConflictResolutionMode, DeleteMode, PropertySet, WellKnownFolderName } = ews

export async function driveItems({ service, info, control, refusedWith }) {
  const [anna, ben] = info.mailboxes
  const all = new PropertySet(BasePropertySet.FirstClassProperties)
  const outbox = async () => (await control('GET', '/outbox')).mails ?? (await control('GET', '/outbox')).outbox ?? []
  const dumped = async (kind, text) => {
    const { items } = await control('GET', `/items?kind=${kind}&mailbox=${anna}&text=${encodeURIComponent(text)}&limit=5`)
    assert.equal(items.length, 1, `${items.length} of ${text}`)
    return control('GET', `/items/${encodeURIComponent(items[0].id)}`)
  }

  await check('ews-javascript-api: a contact with all its indexed fields is written, changed by one of them, and removed', async () => {
    const contact = new ews.Contact(service)
    contact.GivenName = 'Liv'
    contact.Surname = 'Voucher'
    contact.CompanyName = 'Fjord AS'
    contact.EmailAddresses._setItem(ews.EmailAddressKey.EmailAddress1, new ews.EmailAddress('Liv', 'liv@fjord.example'))
    contact.PhoneNumbers._setItem(ews.PhoneNumberKey.MobilePhone, '+47 1')
    contact.PhoneNumbers._setItem(ews.PhoneNumberKey.BusinessFax, '+47 2')
    const address = new ews.PhysicalAddressEntry()
    address.Street = 'Quay 1'
    address.City = 'Oslo'
    contact.PhysicalAddresses._setItem(ews.PhysicalAddressKey.Business, address)
    await contact.Save(WellKnownFolderName.Contacts)
    const seen = await dumped('contact', 'Voucher')
    assert.equal(seen.fields?.mobilePhone ?? seen.mobilePhone, '+47 1')
    const read = await ews.Contact.Bind(service, contact.Id, all)
    assert.equal(read.EmailAddresses._getItem(ews.EmailAddressKey.EmailAddress1).Address, 'liv@fjord.example')
    assert.equal(read.PhoneNumbers._getItem(ews.PhoneNumberKey.BusinessFax), '+47 2')
    assert.equal(read.PhysicalAddresses._getItem(ews.PhysicalAddressKey.Business).City, 'Oslo')
    read.PhoneNumbers._setItem(ews.PhoneNumberKey.MobilePhone, '+47 9')
    read.CompanyName = null
    await read.Update(ConflictResolutionMode.AlwaysOverwrite)
    const again = await ews.Contact.Bind(service, contact.Id, all)
    assert.equal(again.PhoneNumbers._getItem(ews.PhoneNumberKey.MobilePhone), '+47 9')
    assert.equal(again.CompanyName ?? null, null)
    await again.Delete(DeleteMode.HardDelete)
    await refusedWith(() => ews.Contact.Bind(service, contact.Id, all), 'ErrorItemNotFound')
  })

  await check('ews-javascript-api: a task that repeats', async () => {
    const task = new ews.Task(service)
    task.Subject = 'Voucher task'
    task.DueDate = new ews.DateTime('2026-12-07T00:00:00Z')
    task.Status = ews.TaskStatus.InProgress
    task.Recurrence = new ews.Recurrence.WeeklyPattern(new ews.DateTime('2026-12-07T00:00:00Z'), 2, [ews.DayOfTheWeek.Monday])
    await task.Save(WellKnownFolderName.Tasks)
    const read = await ews.Task.Bind(service, task.Id, all)
    assert.equal(read.Status, ews.TaskStatus.InProgress)
    assert.equal(Number(read.Recurrence.Interval), 2)
    read.Status = ews.TaskStatus.Completed
    await read.Update(ConflictResolutionMode.AlwaysOverwrite)
    const done = await ews.Task.Bind(service, task.Id, all)
    assert.equal(done.IsComplete, true)
    await done.Delete(DeleteMode.HardDelete)
  })

  await check('ews-javascript-api: a series with an exception and a deleted occurrence, and nobody is mailed', async () => {
    const before = (await outbox()).length
    const meeting = new ews.Appointment(service)
    meeting.Subject = 'Voucher series'
    meeting.Start = new ews.DateTime('2026-12-01T09:00:00Z')
    meeting.End = new ews.DateTime('2026-12-01T10:00:00Z')
    meeting.Location = 'Room 1'
    meeting.RequiredAttendees.Add(new ews.Attendee(ben))
    meeting.Recurrence = new ews.Recurrence.DailyPattern(new ews.DateTime('2026-12-01T09:00:00Z'), 1)
    meeting.Recurrence.NumberOfOccurrences = 4
    await meeting.Save(WellKnownFolderName.Calendar, ews.SendInvitationsMode.SendToNone)
    const second = await ews.Appointment.BindToOccurrence(service, meeting.Id, 2)
    second.Location = 'Room 2'
    await second.Update(ConflictResolutionMode.AlwaysOverwrite, ews.SendInvitationsOrCancellationsMode.SendToNone)
    const third = await ews.Appointment.BindToOccurrence(service, meeting.Id, 3)
    await third.Delete(DeleteMode.HardDelete, ews.SendCancellationsMode.SendToNone)
    const master = await ews.Appointment.Bind(service, meeting.Id, all)
    assert.equal(master.AppointmentType, ews.AppointmentType.RecurringMaster)
    assert.equal(master.ModifiedOccurrences.Count, 1)
    assert.equal(master.DeletedOccurrences.Count, 1)
    const view = new ews.CalendarView(new ews.DateTime('2026-12-01T00:00:00Z'), new ews.DateTime('2026-12-10T00:00:00Z'))
    const found = await service.FindAppointments(new ews.FolderId(WellKnownFolderName.Calendar), view)
    const own = found.Items.filter((one) => one.Subject === 'Voucher series')
    assert.deepEqual(own.map((one) => one.Location), ['Room 1', 'Room 2', 'Room 1'])
    assert.equal((await outbox()).length, before)
    await master.Delete(DeleteMode.MoveToDeletedItems, ews.SendCancellationsMode.SendToAllAndSaveCopy)
    assert.ok((await outbox()).length > before)
  })

  await check('ews-javascript-api: a draft gets an attachment and a marker, is found by it, sent once, and moved', async () => {
    const message = new ews.EmailMessage(service)
    message.Subject = 'Voucher mail'
    message.Body = new ews.MessageBody(ews.BodyType.Text, 'Hello')
    message.ToRecipients.Add(ben)
    message.Categories.Add('CRM')
    const marker = new ews.ExtendedPropertyDefinition(
      new ews.Guid('66f5a359-4659-4830-9070-00047ec6ac6e'), 'Voucher', ews.MapiPropertyType.String)
    message.SetExtendedProperty(marker, 'V-1')
    message.Attachments.AddFileAttachment('a.txt', Buffer.from('attached').toString('base64'))
    await message.Save(WellKnownFolderName.Drafts)
    const found = await service.FindItems(
      new ews.FolderId(WellKnownFolderName.Drafts), new ews.SearchFilter.IsEqualTo(marker, 'V-1'), new ews.ItemView(10))
    assert.equal(found.TotalCount, 1)
    const draft = await ews.EmailMessage.Bind(service, message.Id, all)
    assert.ok(draft.Attachments.Count >= 1)
    const attachment = draft.Attachments._getItem(0)
    await attachment.Load()
    assert.equal(Buffer.from(attachment.Base64Content, 'base64').toString(), 'attached')
    const sent = (await outbox()).length
    await draft.SendAndSaveCopy()
    assert.equal((await outbox()).length, sent + 1)
    const kept = await service.FindItems(
      new ews.FolderId(WellKnownFolderName.SentItems), new ews.SearchFilter.IsEqualTo(ews.ItemSchema.Subject, 'Voucher mail'), new ews.ItemView(10))
    assert.equal(kept.TotalCount, 1)
    const moved = await kept.Items[0].Move(WellKnownFolderName.Inbox)
    assert.notEqual(moved.Id.UniqueId, kept.Items[0].Id.UniqueId)
  })
}
