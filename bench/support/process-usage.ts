import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK']).toString());

/** Seconds of CPU that a process has used so far, in its own code and in the kernel for it (proc(5), `/proc/PID/stat`; Linux only). */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const [userTicks = 0, systemTicks = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (userTicks + systemTicks) / ticksPerSecond;
}

/** Seconds of CPU that everything on this machine together has used so far (proc(5), `/proc/stat`). */
export function machineBusySeconds(): number {
  const fields = /^cpu +(.*)$/mu.exec(readFileSync('/proc/stat', 'latin1'))?.[1]?.split(' ').map(Number) ?? [];
  // User, nice and system, then, behind idle and waiting, interrupts.
  const busy = [0, 1, 2, 5, 6].reduce((sum, index) => sum + (fields[index] ?? 0), 0);
  return busy / ticksPerSecond;
}

/** Bytes of memory that a process holds. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(/^VmRSS:\s+(\d+) kB$/mu.exec(status)?.[1] ?? Number.NaN) * 1024;
}
