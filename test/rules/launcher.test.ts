import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOwn, root } from './repository.ts';

/** What runs before the right Node does. */
const oldSyntax = [
  'bin/onioncast.cjs',
  'bin/setup/suitable-node.cjs',
  'bin/setup/node-flags.cjs',
  'bin/setup/packages.cjs',
  'bin/setup/place.cjs',
  'bin/setup/quiet.cjs',
  'bin/setup/say.cjs',
];

describe('the launcher', () => {
  it.each(oldSyntax)('is written in the syntax of Node 12 in %s', async (file) => {
    const lowered = await transform(readOwn(file), { target: 'node12.20', minifyWhitespace: true });
    const kept = await transform(readOwn(file), { target: 'esnext', minifyWhitespace: true });
    expect(lowered.code).toBe(kept.code);
  });

  it('loads nothing else before the right Node runs it', () => {
    for (const file of oldSyntax.slice(1)) {
      const required = [...readOwn(file).matchAll(/require\('\.\/([\w-]+\.cjs)'\)/g)].map(
        (match) => `bin/setup/${match[1]}`,
      );
      expect(required.filter((name) => !oldSyntax.includes(name))).toEqual([]);
    }
  });
});

describe('Node, for a server', () => {
  const fixed = `require('${root}/bin/setup/node-flags.cjs').withNodeFlags(__filename, process.argv.slice(2));`;

  /** What a script says that first asks for our flags; it is started with these. */
  function say(statement: string, flags: readonly string[] = [], args: readonly string[] = []): unknown {
    const directory = mkdtempSync(join(tmpdir(), 'onioncast-flags-'));
    const script = join(directory, 'script.cjs');
    writeFileSync(script, `${fixed}\n${statement}`);
    const { stdout, stderr } = spawnSync(process.execPath, [...flags, script, ...args], { encoding: 'utf8' });
    rmSync(directory, { recursive: true });
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  }

  it('begins anew with its flags, those that it had and the arguments, and only once', () => {
    const statement = 'console.log(JSON.stringify([process.execArgv, process.argv.slice(2)]))';
    const ours = ['--max-semi-space-size=8'];
    expect(say(statement, ['--no-deprecation'], ['serve', '--no-tor'])).toEqual([
      ['--no-deprecation', ...ours],
      ['serve', '--no-tor'],
    ]);
    expect(say(statement, ours)).toEqual([ours, []]);
  });

  it('bounds the space for young objects, however many of them live on', () => {
    const statement = `
      const size = () => require('v8').getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size;
      const kept = [];
      let largest = 0;
      for (let made = 0; made < 6e6; made += 1) {
        kept[made % 3e5] = { made, and: [made] };
        if (made % 1e5 === 0) largest = Math.max(largest, size());
      }
      console.log(JSON.stringify(largest))`;
    expect(say(statement)).toBeLessThanOrEqual(16 * 2 ** 20);
  });
});

describe('installing programs', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'onioncast-programs-'));
    mkdirSync(join(directory, 'bin'));
    for (const name of ['sh', 'env', 'cat', 'rm', 'chmod'])
      symlinkSync(join('/bin', name), join(directory, 'bin', name));
    program('sudo', '[ "$1" = -n ] && shift; exec "$@"');
    program(
      'apt-cache',
      'case "$2" in chromium|firefox-esr) version="(none)";; *) version=1;; esac; echo "$2:"; echo "  Candidate: $version"',
    );
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  function program(name: string, body: string): void {
    const file = join(directory, 'bin', name);
    writeFileSync(file, `#!/bin/sh\nLOG='${join(directory, 'log')}'\nBIN='${join(directory, 'bin')}'\n${body}\n`);
    chmodSync(file, 0o755);
  }

  /** apt-get that writes down what it is asked, and installs programs of the packages' names. */
  function workingApt(): void {
    const install =
      'for x; do case "$x" in ffmpeg) cat "$0" > "$BIN/ffmpeg"; cat "$0" > "$BIN/ffprobe"; chmod 755 "$BIN"/ff*;; esac; done';
    program('apt-get', `echo "apt-get $* $DEBIAN_FRONTEND" >> "$LOG"\n${install}`);
  }

  /** Runs the set-up with nothing on the PATH but the programs of this test; nobody is there to ask. */
  function install(purpose: string, args: readonly string[] = [], settings: Readonly<Record<string, string>> = {}) {
    const call = `require('${root}/bin/setup/programs.cjs').installPrograms('${purpose}', ${JSON.stringify(args)})
      .then((missing) => console.log(JSON.stringify(missing)), require('${root}/bin/setup/say.cjs').reportAndExit)`;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', call], {
      env: { PATH: join(directory, 'bin'), CI: 'true', ...settings },
      encoding: 'utf8',
      input: '',
    });
    return { stdout, stderr, status };
  }

  function log(): string {
    return readFileSync(join(directory, 'log'), 'utf8');
  }

  it('updates once and installs only what is missing, without asking and without recommendations', () => {
    workingApt();
    const { stderr, status } = install('serve', ['--no-tor']);
    expect(stderr).toMatch(/^Installing FFmpeg.* with apt-get/);
    expect(log().match(/apt-get update/g)).toHaveLength(1);
    expect(log()).toMatch(/apt-get install -y .*--no-install-recommends .*ffmpeg.* noninteractive/);
    expect(log()).not.toContain('tor ');
    expect(status).toBe(0);
  });

  it('takes the package that exists where systems differ, and goes on without what cannot be had', () => {
    workingApt();
    const { stderr } = install('test');
    expect(log()).toMatch(/install .* firefox chromium-browser /);
    expect(stderr).toContain('Without mpv, some tests fail.');
  });

  it.each([
    ['[tor]\nbridges = ["obfs4 192.0.2.1:443 cert=a"]', {}, true],
    ['tor.bridges = [\n  "192.0.2.1:443",\n  \'Bridge obfs4 [2001:db8::1]:443 cert=a\',\n]', {}, true],
    ['', { ONIONCAST_TOR_BRIDGES: 'obfs4 192.0.2.1:443 cert=a' }, true],
    ['', { ONIONCAST_TOR_BRIDGES: '192.0.2.1:443,Bridge obfs4 192.0.2.1:443 cert=a' }, true],
    ['[tor]\nbridges = ["192.0.2.1:443"]', {}, false],
    ['[tor]\n# bridges = ["obfs4 192.0.2.1:443 cert=a"]\nbridges = []', {}, false],
    ['', {}, false],
  ])('brings what speaks obfs4 where a bridge does, and only there: %j %o', (text, settings, isWanted) => {
    workingApt();
    const config = join(directory, 'onioncast.toml');
    writeFileSync(config, text);
    const { status } = install('serve', ['--config', config], settings);
    expect([status, log().includes('obfs4proxy')]).toEqual([0, isWanted]);
    install('serve', ['--no-tor', '--config', config], settings);
    expect(log().match(/install .*obfs4proxy/g) ?? []).toHaveLength(isWanted ? 1 : 0);
  });

  it('shows in full what a failed installation said, and does not start without FFmpeg', () => {
    program('apt-get', 'echo "apt-get $*" >> "$LOG"; [ "$1" = update ] || { echo "E: no room left"; exit 100; }');
    const { stderr, status } = install('serve', ['--no-tor']);
    expect(stderr).toContain('E: no room left');
    expect(stderr).toContain('Without FFmpeg, nothing can be broadcast.');
    expect(status).toBe(1);
  });

  it('prints the command where it may not install', () => {
    program('dnf', 'echo never >> "$LOG"');
    const { stderr } = install('serve');
    expect(stderr).toMatch(/Install it with:\n {2}(?:sudo )?dnf install -y ffmpeg/);
    expect(() => log()).toThrow('ENOENT');
  });

  it('says so where there is no package manager it knows', () => {
    expect(install('serve').stderr).toContain('Please install it yourself.');
  });
});
