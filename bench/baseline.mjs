// The baseline of P2: what an ordinary well-written script costs. Official Graph SDK, delta pages of 100 with bodies,
// better-sqlite3 with WAL and synchronous=NORMAL, prepared statements, one transaction per page, the same three tables.
// node baseline.mjs GRAPH_URL TOKEN MAILBOX DATABASE → {"emails":…,"cpu_us":…}
import {Client} from '@microsoft/microsoft-graph-client';
import Database from 'better-sqlite3';

const [graph, token, mailbox, file] = process.argv.slice(2);
// The SDK sends its token, and follows whole links, over https alone; the lab is asked over plain HTTP here, as the
// program asks it.
const plain = globalThis.fetch;
globalThis.fetch = (url, options) => plain(url, {...options, headers: {...options.headers, authorization: `Bearer ${token}`}});
const client = Client.init({
  baseUrl: graph, defaultVersion: 'v1.0', customHosts: new Set([new URL(graph).hostname]),
  authProvider: (done) => done(null, token),
});
const db = new Database(file);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = NORMAL');
db.exec(`CREATE TABLE message (id TEXT PRIMARY KEY, conversation_id TEXT, internet_message_id TEXT, subject TEXT, sent TEXT,
           received TEXT, from_address TEXT, from_name TEXT, preview TEXT, has_attachments INTEGER, categories TEXT, body TEXT);
         CREATE INDEX message_conversation ON message (conversation_id);
         CREATE INDEX message_internet_id ON message (internet_message_id);
         CREATE TABLE recipient (message TEXT, kind TEXT, address TEXT, name TEXT);
         CREATE INDEX recipient_address ON recipient (address);
         CREATE TABLE state (folder TEXT PRIMARY KEY, link TEXT);`);
const addMessage = db.prepare('INSERT OR REPLACE INTO message VALUES (?,?,?,?,?,?,?,?,?,?,?,?)');
const addRecipient = db.prepare('INSERT INTO recipient VALUES (?,?,?,?)');
const saveState = db.prepare('INSERT OR REPLACE INTO state VALUES (?,?)');
const fields = 'id,conversationId,internetMessageId,subject,sentDateTime,receivedDateTime,from,toRecipients,ccRecipients,' +
  'bccRecipients,bodyPreview,hasAttachments,categories,body';

const take = db.transaction((folder, page) => {
  for (const m of page.value) {
    if (m['@removed']) continue;
    addMessage.run(m.id, m.conversationId, m.internetMessageId, m.subject, m.sentDateTime, m.receivedDateTime,
      m.from?.emailAddress?.address ?? '', m.from?.emailAddress?.name ?? '', m.bodyPreview, m.hasAttachments ? 1 : 0,
      JSON.stringify(m.categories ?? []), m.body?.content ?? '');
    for (const [kind, list] of [['to', m.toRecipients], ['cc', m.ccRecipients], ['bcc', m.bccRecipients]])
      for (const r of list ?? []) addRecipient.run(m.id, kind, r.emailAddress?.address ?? '', r.emailAddress?.name ?? '');
  }
  saveState.run(folder, page['@odata.nextLink'] ?? page['@odata.deltaLink']);
});

let emails = 0;
const folders = ['inbox', 'sentitems'];
for (const top of [...folders])
  for (const child of (await client.api(`/users/${mailbox}/mailFolders/${top}/childFolders`).get()).value) folders.push(child.id);
for (const folder of folders) {
  let page = await client.api(`/users/${mailbox}/mailFolders/${folder}/messages/delta`).select(fields)
    .header('Prefer', 'IdType="ImmutableId", odata.maxpagesize=100').get();
  for (;;) {
    take(folder, page);
    emails += page.value.length;
    if (!page['@odata.nextLink']) break;
    page = await client.api(page['@odata.nextLink'].replace(`${graph}/v1.0`, '')).header('Prefer', 'IdType="ImmutableId", odata.maxpagesize=100').get();
  }
}
const cpu = process.cpuUsage();
console.log(JSON.stringify({emails, cpu_us: cpu.user + cpu.system}));
