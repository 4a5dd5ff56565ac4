// ./dev bench [--json] [--emails N] [--only P2,P6]: the measured targets of docs/performance.md, with the baselines
// re-run beside them. Everything is a process of its own: the lab, the program, the baselines. CPU is the process's
// own, not the lab's; where others share the machine the middle one of three runs counts.
import {execFileSync, spawn} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {bin, counters, everything, here, install, mail, passes, savePages, sleep, startLab, switches, token, work} from './lab.mjs';
import {panel} from './panel.mjs';
import {cpuNs, measured, memoryKb, middle, program, round} from './measure.mjs';

const option = (name) => {
  const at = process.argv.indexOf(name);
  return at > 0 ? process.argv[at + 1] : undefined;
};
const emails = Number(option('--emails') ?? 20000);
const only = option('--only')?.split(',');
const asJson = process.argv.includes('--json');
if (!Number.isInteger(emails) || emails < 1000) {
  console.error('bench: --emails takes a whole number of at least 1000');
  process.exit(2);
}
for (const name of ['mailsync', 'mailsync-lab'])
  if (!existsSync(join(bin, name))) {
    console.error(`bench: build/release/bin/${name} is not built: run ./dev build first`);
    process.exit(1);
  }
const say = (...words) => asJson || console.log(...words);
const wanted = (key) => !only || only.includes(key);
const sync = (settings) => measured(join(bin, 'mailsync'), ['--config', settings, '--json', 'sync', '--once']);
const byCategory = 'capture_emails = "off"';

// ---- P1: requests ----

// Pages of folders, and batches: what was asked beside the parts of batches that is not a route of its own.
function mailRequests(c) {
  const routes = Object.entries(c.by_route), sum = (list) => list.reduce((n, [, x]) => n + x, 0);
  return sum(routes.filter(([r]) => r.includes('messages/delta'))) + c.requests - (sum(routes) - c.sub_requests);
}

async function p1(lab, grant) {
  await switches(lab, {page_max: grant});
  const settings = install(lab, 'p1', byCategory);
  const before = await counters(lab);
  const done = sync(settings);
  const first = await counters(lab);
  const again = sync(settings);
  const second = await counters(lab);
  await switches(lab, {page_max: 100});
  const taken = JSON.parse(done.out).counts.email.to_crm.created;
  const requests = mailRequests(first) - mailRequests(before);
  const minimum = Math.ceil(emails / grant) + Math.ceil(taken / 20);
  const created = Object.values(JSON.parse(again.out).counts).reduce((n, kind) => n + Object.values(kind.to_crm).reduce((a, b) => a + b, 0), 0);
  return {page_grant: grant, requests, minimum, ratio: round(requests / minimum), wanted: taken,
    no_change: {mail_requests: mailRequests(second) - mailRequests(first), folders: lab.folders, written: created}};
}

// ---- P2: CPU of an email with its body ----

async function p2(lab) {
  const runs = [];
  for (let i = 0; i < 3; ++i) runs.push(sync(install(lab, 'p2', everything)));
  const ours = middle(runs, (run) => run.cpu_us);
  const node = [], bound = [];
  const pages = await savePages(lab);
  const bearer = await token(lab);
  for (let i = 0; i < 3; ++i) {
    for (const end of ['', '-wal', '-shm']) rmSync(join(work, 'baseline.db' + end), {force: true});
    node.push(JSON.parse(program(process.execPath, [join(here, 'baseline.mjs'), lab.url, bearer, lab.mailboxes[0], join(work, 'baseline.db')])));
    for (const end of ['', '-wal', '-shm']) rmSync(join(work, 'bound_c.db' + end), {force: true});
    bound.push(JSON.parse(program(join(work, 'bound_c'), [join(work, 'bound_c.db'), ...pages])));
  }
  const theirs = middle(node, (run) => run.cpu_us), least = middle(bound, (run) => run.cpu_us);
  const counts = JSON.parse(ours.out).counts.email;
  const each = ours.cpu_us / emails, nodeEach = theirs.cpu_us / theirs.emails, boundEach = least.cpu_us / least.emails;
  return {ratio: round(each / nodeEach), us_per_email: round(each), node_us_per_email: round(nodeEach),
    bound_c_us_per_email: round(boundEach), ratio_to_bound_c: round(each / boundEach), emails, taken: counts.to_crm.created + counts.to_crm.linked,
    skipped: counts.skipped, peak_mb: round(ours.peak_kb / 1024)};
}

// ---- P3: instructions ----

// The difference of two sizes, so that the start-up cancels out. `what` is the mail and the profile.
async function instructions(folder, profile) {
  const cost = async (count) => {
    const lab = await startLab(count, {mail: folder});
    const settings = install(lab, 'p3', profile);
    const file = join(work, 'callgrind.out');
    program('valgrind', ['--tool=callgrind', `--callgrind-out-file=${file}`, join(bin, 'mailsync'), '--config', settings, '--json', 'sync', '--once']);
    await lab.stop();
    return Number(/^(?:summary|totals): (\d+)/m.exec(readFileSync(file, 'utf8'))[1]);
  };
  const small = await cost(1000), large = await cost(3000);
  return Math.round((large - small) / 2000);
}

// Emails of a head and two words: what remains is metadata.
function bareMail() {
  const folder = join(work, 'bare');
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(folder, {recursive: true});
  for (let i = 0; i < 3000; ++i) {
    const who = `person${i % 500}@company${i % 50}.example`;
    writeFileSync(join(folder, `${i}.eml`), `From: Person ${i % 500} <${who}>\r\nTo: Owner <owner@contoso.example>\r\nCc: Team <team${i % 20}@company${i % 50}.example>\r\n` +
      `Subject: About the offer ${i}\r\nDate: ${new Date(Date.UTC(2024, 0, 1) + i * 600000).toUTCString()}\r\nMessage-ID: <${i}.bare@company.example>\r\n\r\nHello there.\r\n`);
  }
  return folder;
}

async function p3() {
  const bare = bareMail();
  return {instructions_per_email: await instructions(bare, everything), not_wanted: await instructions(bare, 'capture_emails = "off"\ncategory = "Nobody has this"')};
}

// ---- P4: what the kernel is asked for ----

async function p4(lab) {
  const settings = install(lab, 'p4', everything);
  const file = join(work, 'strace.txt');
  program('strace', ['-f', '-c', '-o', file, join(bin, 'mailsync'), '--config', settings, '--json', 'sync', '--once']);
  const rows = readFileSync(file, 'utf8').split('\n').map((line) => line.trim().split(/\s+/));
  const calls = (name) => Number(rows.find((row) => row.at(-1) === name)?.[3] ?? 0);
  return {syscalls_per_email: round(calls('total') / emails), syncs_per_1000: round((calls('fdatasync') + calls('fsync')) * 1000 / emails)};
}

// ---- P5: nothing changed ----

const serve = (settings) => spawn(join(bin, 'mailsync'), ['--config', settings, 'serve'], {stdio: 'ignore'});
const ended = (child) => new Promise((done) => child.exitCode === null ? child.once('exit', done) : done());
async function stop(child) {
  child.kill();
  await ended(child);
}

async function p5() {
  const idle = async (count) => {
    const lab = await startLab(count);
    const settings = install(lab, 'p5', byCategory, 5);
    sync(settings);
    const server = serve(settings);
    await sleep(8000);
    const [cpu, seen] = [cpuNs(server.pid), await passes(lab)];
    await sleep(24000);
    const ms = (cpuNs(server.pid) - cpu) / 1e6 / ((await passes(lab)) - seen);
    await stop(server);
    await lab.stop();
    return ms;
  };
  const small = await idle(Math.round(emails / 4)), large = await idle(emails);
  return {ms: round(large), ms_at_quarter: round(small), exponent: round(Math.log(large / small) / Math.log(4))};
}

// ---- P6: memory ----

// The most that a server ever held during the first sync of one large mailbox, above the same server with the same
// mailbox when it is idle.
async function p6() {
  const lab = await startLab(emails, {more: ['--people', '5000', '--tasks', '2000', '--meetings', '2000']});
  const settings = install(lab, 'p6', everything, 5);
  let server = serve(settings);
  await quiet(lab, server);
  const peak = memoryKb(server.pid, 'VmHWM');
  await stop(server);
  server = serve(settings);
  await sleep(12000);
  const idle = memoryKb(server.pid, 'VmRSS');
  await stop(server);
  await lab.stop();
  return {above_idle_mb: round((peak - idle) / 1024), peak_mb: round(peak / 1024), idle_mb: round(idle / 1024), emails, contacts: 5000, tasks: 2000, meetings: 2000};
}

// The first pass is over when a second one has begun and ended: two calendar reads more.
async function quiet(lab, server) {
  const until = Date.now() + 300_000;
  for (let seen = 0; seen < 3;) {
    await sleep(1000);
    if (Date.now() > until) throw new Error('the first sync did not end within five minutes: look at the state of the mailbox in build/bench/p6');
    if (server.exitCode !== null) throw new Error('the server ended during its first sync');
    seen = await passes(lab);
  }
}

// ---- all of them ----

rmSync(work + '/p1', {recursive: true, force: true});
mkdirSync(work, {recursive: true});
const result = {emails};
async function show(key, measure, words) {
  if (!wanted(key)) return;
  const began = Date.now();
  result[key] = await measure();
  say(`${key.padEnd(9)}${words(result[key])}  [${Math.round((Date.now() - began) / 1000)} s]`);
}
if (['P1', 'P1_at_10', 'P2', 'P4'].some(wanted)) {
  const lab = await startLab(emails);
  for (const [key, grant] of [['P1', 100], ['P1_at_10', 10]])
    await show(key, () => p1(lab, grant), (r) => `requests at page grant ${grant}: ${r.requests}, minimum ${r.minimum}, ratio ${r.ratio} (target 1.05); without change ` +
      `${r.no_change.mail_requests} for ${r.no_change.folders} folders, ${r.no_change.written} written`);
  await show('P2', () => p2(lab), (r) => `CPU per email with body: ${r.us_per_email} us; Node script ${r.node_us_per_email} us, ratio ${r.ratio} (target 0.6); ` +
    `bound C ${r.bound_c_us_per_email} us; ${r.taken} of ${r.emails} taken; peak ${r.peak_mb} MB`);
  await show('P4', () => p4(lab), (r) => `system calls per email: ${r.syscalls_per_email} (target 4); syncs to disk per 1,000 emails: ${r.syncs_per_1000} (target 1)`);
  await lab.stop();
}
await show('P3', p3, (r) => `instructions per email, metadata: ${r.instructions_per_email} (target 160000); of one that is not wanted: ${r.not_wanted}`);
await show('P5', p5, (r) => `CPU of a pass without change: ${r.ms} ms; growth exponent ${r.exponent} (targets 1 ms, 0.1)`);
await show('P6', p6, (r) => `memory of a first sync: ${r.above_idle_mb} MB above the idle server's ${r.idle_mb} MB (target 64)`);
await show('panel', () => panel(bin, join(work, 'p7')), (r) => `first rows of ${r.users} users: ${r.first_rows_ms} ms (target 200); sorted ${r.sorted_ms}, searched ${r.searched_ms}, filtered ${r.filtered_ms} ms; ` +
  `all enabled in ${r.enabled.whole_ms} ms, answered after ${r.enabled.answer_ms} ms, the list meanwhile ${r.enabled.slowest_list_ms} ms at most`);
console.log(JSON.stringify(result));
process.exit(0);
