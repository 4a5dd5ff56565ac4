// Tasks and meetings; and that they reach the mailbox.
import assert from 'node:assert/strict'
import { notice } from './browser.mjs'
import { until } from './wait.mjs'

export function activityTests(test) {
  test('a task is created and edited, and is then in the mailbox', async (page, { lab, users }) => {
    await page.goto('/tasks')
    await page.getByRole('table', { name: 'Tasks' }).waitFor()
    await page.getByRole('button', { name: 'New task' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('This is needed.').waitFor()
    await page.getByLabel('Subject').fill('Paint the lighthouse')
    await page.getByLabel('Due').fill('2027-03-04')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { level: 1, name: 'Paint the lighthouse' }).waitFor()
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await page.getByLabel('Status').selectOption({ label: 'In progress' })
    await page.getByLabel('Notes').fill('White and red.')
    await page.getByRole('button', { name: 'Save' }).click()
    await notice(page, 'Paint the lighthouse saved')
    const item = await until('the task is in the mailbox as edited', async () =>
      (await lab.dump(users.anna.login, 'task')).find((task) => task.title === 'Paint the lighthouse' && task.status === 'inProgress'))
    assert.match(item.dueDateTime.dateTime, /^2027-03-04T/)
    assert.match(item.body.content, /White and red\./)
    await page.goto('/tasks')
    await page.getByRole('searchbox').fill('lighthouse')
    await page.getByRole('checkbox', { name: 'Completed: Paint the lighthouse' }).click()
    await until('the ticked task is completed in the mailbox', async () =>
      (await lab.dump(users.anna.login, 'task')).find((task) => task.title === 'Paint the lighthouse' && task.status === 'completed'))
  })

  test('a meeting is created and edited, is then in the mailbox, and nobody is mailed', async (page, { lab, users }) => {
    await page.goto('/meetings/new')
    await page.getByLabel('Subject').fill('Lighthouse opening')
    const start = page.getByRole('group', { name: 'Start' })
    await start.getByLabel('Date').fill('2027-05-06')
    await start.getByLabel('Time', { exact: true }).fill('14:30')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { level: 1, name: 'Lighthouse opening' }).waitFor()
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await page.getByLabel('Place').fill('Pier 3')
    await page.getByRole('button', { name: 'Save' }).click()
    await notice(page, 'Lighthouse opening saved')
    const item = await until('the meeting is in the mailbox as edited', async () =>
      (await lab.dump(users.anna.login, 'meeting')).find((meeting) => meeting.subject === 'Lighthouse opening' && meeting.location?.displayName === 'Pier 3'))
    // Half past two in London in May.
    assert.match(`${item.start.dateTime} ${item.start.timeZone}`, /^2027-05-06T(14:30:00\S* (Europe\/London|GMT Standard Time)|13:30:00\S* UTC)$/)
    assert.deepEqual((await lab.get('/outbox')).mails.filter((mail) => mail.subject.includes('Lighthouse')), [])
  })
}
