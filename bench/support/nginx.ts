import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from '../../test/support/free-ports.ts';
import { descendantsOf } from '../../test/support/processes.ts';

const programs = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'];
const startWithinMs = 10_000;

/** An nginx of our own, on loopback and on a unix socket, serving files as it is meant to be set up for that. */
export class Nginx {
  readonly port: number;
  readonly socketPath: string;
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(child: ChildProcess, directory: string, port: number) {
    this.#child = child;
    this.#directory = directory;
    this.port = port;
    this.socketPath = join(directory, 'web.sock');
  }

  /** Whether there is one on this machine; if not, `apt-get install nginx-light` brings it. */
  static get isInstalled(): boolean {
    return programs.some((program) => existsSync(program));
  }

  /** Serves these files, by name. */
  static async start(files: ReadonlyMap<string, Buffer | string>, connections: number): Promise<Nginx> {
    const directory = await mkdtemp(join(tmpdir(), 'onioncast-nginx-'));
    const [port = 0] = await freePorts(1);
    await mkdir(join(directory, 'www'));
    for (const [name, content] of files) await writeFile(join(directory, 'www', name), content);
    await writeFile(join(directory, 'nginx.conf'), configuration(directory, port, connections));
    const program = programs.find((candidate) => existsSync(candidate)) ?? 'nginx';
    const log = join(directory, 'error.log');
    const child = spawn(program, ['-e', log, '-p', directory, '-c', join(directory, 'nginx.conf')], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const nginx = new Nginx(child, directory, port);
    const deadline = performance.now() + startWithinMs;
    while (!(await isListening(port))) {
      if (performance.now() < deadline && child.exitCode === null) await pause(50);
      else {
        await nginx.close();
        throw new Error('nginx did not start');
      }
    }
    return nginx;
  }

  /** The master and its workers. */
  get pids(): number[] {
    const { pid = 0 } = this.#child;
    return [pid, ...descendantsOf(pid).map((facts) => facts.pid)];
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const isGone = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await isGone;
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('connect', () => socket.destroy()).on('error', () => resolve(false));
  });
}

function configuration(directory: string, port: number, connections: number): string {
  return `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
worker_rlimit_nofile ${connections + 512};
pid ${directory}/nginx.pid;
events { worker_connections ${connections + 256}; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_timeout 65;
  keepalive_requests 1000000;
  open_file_cache max=1000 inactive=60s;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  types { video/mp4 mp4; application/vnd.apple.mpegurl m3u8; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    listen unix:${directory}/web.sock backlog=4096;
    root ${directory}/www;
  }
}
`;
}
