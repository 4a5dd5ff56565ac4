// CPU and memory of processes.
import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {work} from './lab.mjs';

export const round = (x) => Math.round(x * 1000) / 1000;

// What a program printed; its last words when it fails.
export function program(command, args) {
  try {
    return String(execFileSync(command, args, {stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28}));
  } catch (failed) {
    throw new Error(`${command} failed: ${String(failed.stderr ?? failed).trim().split('\n').slice(-6).join('\n')}`);
  }
}

// CPU in microseconds and peak resident kilobytes of a command.
export function measured(command, args) {
  const out = program('/usr/bin/time', ['-f', '%U %S %M', '-o', join(work, 'time'), command, ...args]);
  const [user, system, peak] = readFileSync(join(work, 'time'), 'utf8').trim().split('\n').pop().split(' ').map(Number);
  return {out, cpu_us: (user + system) * 1e6, peak_kb: peak};
}

// The one in the middle by `key`.
export const middle = (runs, key) => [...runs].sort((a, b) => key(a) - key(b))[Math.floor(runs.length / 2)];

// CPU so far of all threads of a running process.
export const cpuNs = (pid) => readdirSync(`/proc/${pid}/task`)
  .reduce((sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]), 0);

// VmRSS (now) or VmHWM (ever).
export const memoryKb = (pid, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
