// The Users tab of the Mail Sync panel with 10,000 users. A server alone, through its HTTP API.
import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {Crm} from '../tests/compare/crm.mjs';
import {Product, writeSettings} from '../tests/demo/product.mjs';
import {round} from './measure.mjs';

const ROOT = {login: 'root@bench.example', password: 'a password for the bench only'};
const AT_ONCE = 8;
const TIMES = 21;

async function startAlone(bin, folder) {
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(join(folder, 'data'), {recursive: true});
  const none = Object.fromEntries(['tenant', 'client_id', 'sign_in', 'certificate', 'key', 'authority', 'url'].map((key) => [`graph.${key}`, null]));
  const settings = writeSettings(folder, {}, {listen: '127.0.0.1:0', changed: {...none, 'network.ca_file': null}});
  const product = new Product(join(bin, 'mailsync'), settings);
  await product.must(['master-key', join(folder, 'master.key')]);
  await product.addUser(ROOT.login, 'Rita Root', ROOT.password, true);
  return product.serve(join(folder, 'server.log'));
}

async function invite(crm, users) {
  const organization = (await crm.get('/api/v1/account/organizations')).items[0].id;
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < users; i = next++)
      await crm.post('/api/v1/account/users', {login: `user${i}@bench.example`, name: `User ${(i * 7919) % users}`, role: 'user', organization_id: organization});
  };
  await Promise.all(Array.from({length: AT_ONCE}, worker));
}

async function timed(work) {
  const began = performance.now();
  const got = await work();
  return {ms: performance.now() - began, got};
}

async function middleOf(crm, path) {
  const all = [];
  for (let i = 0; i < TIMES; ++i) all.push((await timed(() => crm.get(path))).ms);
  return round(all.sort((a, b) => a - b)[Math.floor(TIMES / 2)]);
}

// An operation from its request to its end, and the slowest look at the first rows meanwhile.
async function operation(crm, order) {
  const begun = await timed(() => crm.post('/api/v1/mail-sync/operations', order));
  let now = begun.got, slowest = 0;
  const whole = await timed(async () => {
    while (now.state === 'running') {
      slowest = Math.max(slowest, (await timed(() => crm.get('/api/v1/mail-sync/users?limit=100'))).ms);
      now = await crm.get(`/api/v1/mail-sync/operations/${begun.got.id}`);
    }
  });
  if (now.state !== 'done') throw new Error(`the operation ended early: ${now.error}`);
  return {answer_ms: round(begun.ms), whole_ms: round(begun.ms + whole.ms), slowest_list_ms: round(slowest), changed: now.changed};
}

export async function panel(bin, folder, users = 10_000) {
  const server = await startAlone(bin, folder);
  try {
    const crm = await Crm.signIn(server.url, ROOT.login, ROOT.password);
    await crm.call('PATCH', '/api/v1/account/licences', {mail_sync: true, bought: users + 10});
    await invite(crm, users);
    const added = await operation(crm, {action: 'add', matching: {q: 'bench'}});
    const list = '/api/v1/mail-sync/users?limit=100';
    return {
      users, added,
      first_rows_ms: await middleOf(crm, list),
      sorted_ms: await middleOf(crm, `${list}&sort=-status`),
      searched_ms: await middleOf(crm, `${list}&q=user 77`),
      filtered_ms: await middleOf(crm, `${list}&enabled=true`),
      disabled: await operation(crm, {action: 'disable', matching: {}}),
      enabled: await operation(crm, {action: 'enable', matching: {enabled: false}}),
    };
  } finally {
    await server.stop();
  }
}
