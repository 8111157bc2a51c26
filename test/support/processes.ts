import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A process as `/proc` shows it. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every process below `pid`, children of children included. */
export function descendantsOf(pid: number): ProcessFacts[] {
  const all = allProcesses();
  const found: ProcessFacts[] = [];
  const parents = [pid];
  for (let parent = parents.pop(); parent !== undefined; parent = parents.pop()) {
    for (const facts of all.filter((candidate) => candidate.parent === parent)) {
      found.push(facts);
      parents.push(facts.pid);
    }
  }
  return found;
}

/** The one FFmpeg below `pid`. */
export function encoderOf(pid: number): ProcessFacts {
  const [encoder, ...others] = descendantsOf(pid).filter((facts) => /(^|\/)ffmpeg\0/u.test(facts.command));
  if (encoder === undefined || others.length > 0)
    throw new Error(`expected one FFmpeg, found ${others.length + (encoder ? 1 : 0)}`);
  return encoder;
}

export function isRunning(pid: number): boolean {
  return allProcesses().some((facts) => facts.pid === pid);
}

/** The numbers of the sockets that a process holds. */
export function socketsOf(pid: number): readonly string[] {
  const links = execFileSync('find', [`/proc/${pid}/fd`, '-type', 'l', '-printf', '%l\n'], { encoding: 'utf8' });
  return [...links.matchAll(/^socket:\[(\d+)\]$/gm)].map(([, inode = '']) => inode);
}

/** The ports of TCP at which a process listens. */
export function listeningPorts(pid: number): readonly number[] {
  const own = new Set(socketsOf(pid));
  const listens = '0A';
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').trim().split('\n').slice(1))
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode = '']) => state === listens && own.has(inode))
    .map(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16));
}

function allProcesses(): ProcessFacts[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z') return [];
        return [{ pid: Number(name), parent: Number(parent), command: readFileSync(`/proc/${name}/cmdline`, 'utf8') }];
      } catch {
        // It ended while we looked.
        return [];
      }
    });
}
