import { accessSync, constants, existsSync, lstatSync } from 'node:fs';
import { totalmem } from 'node:os';
import path from 'node:path';

/**
 * How much of this machine a program behind the fence can reach, the least first. `sealed`: no network, no socket and no process of ours, and no file but
 * the system's programs and what it is given. `offline`: no network, and the memory of no other process. `limited`: no more rights than it is born with, and
 * so much memory. `none`: all that our user can.
 */
export type FenceKind = 'sealed' | 'offline' | 'limited' | 'none';

/** What a program must reach beside its pipes: files that it reads, or the machine as our user sees it (a screen and its sound are sockets and shared memory). */
export type Reach = readonly string[] | 'machine';

export interface FenceSettings {
  /** The directory with our secrets, which is out of sight wherever it lies. */
  readonly secrets: string;
  /** A program's data, in bytes. Default: three quarters of the machine's memory, between one and four GiB. */
  readonly maxMemoryBytes?: number;
}

/** What is to be started in place of a program. */
export interface FencedCall {
  readonly program: string;
  readonly args: readonly string[];
}

const GiB = 2 ** 30;
/** Where systems keep programs and libraries. The rest of the file system, other users' included, is not there. */
const systemDirectories = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
/** By which the loader finds libraries. */
const loaderFiles = ['/etc/alternatives', '/etc/ld.so.cache'];
/** Becomes the root of what is left of the file system: it is there wherever Linux is, and nobody keeps a film in it. */
const stage = '/sys';

/**
 * What keeps FFmpeg, which decodes what strangers have made, from the rest of this machine, should that take it over. Threat: T40. It is built of what every
 * Linux has (util-linux, a shell): namespaces of a user, a network and a file system of its own, no capabilities, limits. Each step replaces the process by the
 * next, so that what was started is FFmpeg itself in the end, with the pipes it was given.
 */
export class Fence {
  readonly kind: FenceKind;
  /** Why it is not a higher one, where that was tried. */
  readonly obstacle: string | undefined;
  readonly maxMemoryBytes: number;
  readonly #secrets: string;

  constructor(kind: FenceKind, { secrets, maxMemoryBytes }: FenceSettings, obstacle?: string) {
    this.kind = kind;
    this.obstacle = obstacle;
    this.maxMemoryBytes = maxMemoryBytes ?? Math.max(GiB, Math.min(4 * GiB, Math.floor(totalmem() * 0.75)));
    this.#secrets = path.resolve(secrets);
  }

  /** The call of a program, behind the fence. Whoever must reach the machine is behind the limits alone. */
  around(program: string, args: readonly string[], reach: Reach = []): FencedCall {
    if (this.kind === 'none') return { program, args };
    if (reach === 'machine') return limited(program, args, this.#limits());
    const limits = [...this.#limits(), 'ulimit -f 0'];
    if (this.kind === 'limited') return limited(program, args, limits);
    if (this.kind === 'offline') return apart(['--ipc'], [...limits, confined('')], [], [program, ...args]);
    return this.#sealed(program, args, reach, limits);
  }

  #limits(): string[] {
    return [
      // Whoever takes all memory is the first to go.
      '(echo 500 >/proc/$$/oom_score_adj) 2>/dev/null || :',
      ...['ulimit -c 0', 'ulimit -n 256', `ulimit -d ${Math.floor(this.maxMemoryBytes / 1024)}`],
    ];
  }

  #sealed(program: string, args: readonly string[], reach: readonly string[], limits: readonly string[]): FencedCall {
    const words: string[] = [];
    /** A path in the script: by its place among the arguments, so that no sign in it means anything to the shell. */
    const word = (text: string): string => `"\${${words.push(text)}}"`;
    const all = (texts: readonly string[]): string => texts.map(word).join(' ');
    const { links, directories } = systemPlaces();
    const located = locate(program);
    const isSystems = located === undefined || isBeneath(located, directories);
    const files = [...reach, ...(isSystems ? [] : [located])].filter((file) => !isBeneath(file, directories));
    const places = [...directories, '/etc', ...files.map((file) => path.dirname(file))].map((each) => stage + each);
    const hidden = isBeneath(this.#secrets, directories) && existsSync(this.#secrets) ? [this.#secrets] : [];
    const script = [
      `mount -n -t tmpfs -o mode=755,size=4m,nr_inodes=8k,nosuid,nodev fence ${stage}`,
      `mkdir -p ${all([...new Set(places)])}`,
      ...(links.length === 0 ? [] : [`cp -PR ${all(links)} ${stage}/`]),
      `cp -PR ${all(loaderFiles.filter((file) => existsSync(file)))} ${stage}/etc/ 2>/dev/null || :`,
      ...directories.map((each) => `mount -n --rbind -o ro ${word(each)} ${word(stage + each)}`),
      ...files.flatMap((file) => [
        `: >${word(stage + file)}`,
        `mount -n --bind -o ro ${word(file)} ${word(stage + file)}`,
      ]),
      ...hidden.map((each) => `mount -n -t tmpfs -o mode=700,size=4k fence ${word(stage + each)}`),
      `PATH=${word(
        searchPath()
          .filter((each) => isBeneath(each, directories))
          .join(':'),
      )}`,
      ...limits,
      `shift ${words.length}`,
      confined(`unshare --root=${stage} --wd=/`),
    ];
    return apart(['--ipc', '--uts', '--mount'], script, words, [isSystems ? program : located, ...args]);
  }
}

/** A user and a network of its own, in which a script goes on. */
function apart(
  namespaces: readonly string[],
  script: readonly string[],
  words: readonly string[],
  call: readonly string[],
): FencedCall {
  const shell = ['sh', '-c', ['set -eu', ...script].join('\n'), 'fence', ...words];
  return {
    program: 'unshare',
    args: ['--user', '--map-root-user', '--net', ...namespaces, '--', ...shell, ...call],
  };
}

function limited(program: string, args: readonly string[], limits: readonly string[]): FencedCall {
  const script = ['set -eu', ...limits, 'exec setpriv --no-new-privs -- "$@"'].join('\n');
  return { program: 'sh', args: ['-c', script, 'fence', program, ...args] };
}

/** The last step: without any capability over the namespaces, nor a way to get one. A root that is no real one keeps it from making more of them. */
function confined(within: string): string {
  return `exec ${within} setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all -- "$@"`;
}

/** On most systems all but `/usr` are links into it. */
function systemPlaces(): { readonly links: readonly string[]; readonly directories: readonly string[] } {
  const facts = systemDirectories.map((each) => [each, lstatSync(each, { throwIfNoEntry: false })] as const);
  return {
    links: facts.flatMap(([each, fact]) => (fact?.isSymbolicLink() ? [each] : [])),
    directories: facts.flatMap(([each, fact]) => (fact?.isDirectory() ? [each] : [])),
  };
}

function isBeneath(file: string, directories: readonly string[]): boolean {
  return directories.some((directory) => file.startsWith(`${directory}/`));
}

function searchPath(): readonly string[] {
  return (process.env['PATH'] ?? '').split(':').filter((each) => path.isAbsolute(each));
}

/** Where a program is that is called by its name; undefined if there is none. */
function locate(program: string): string | undefined {
  const candidates = program.includes('/')
    ? [path.resolve(program)]
    : searchPath().map((each) => path.join(each, program));
  return candidates.find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // Not there, or not for us: the next may be.
  }
}
