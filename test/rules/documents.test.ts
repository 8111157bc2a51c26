import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createProgram } from '../../src/cli/program.ts';
import { loadConfig } from '../../src/config/load.ts';
import { sectionNames, settingsByName } from '../../src/config/settings.ts';
import { eventShapes } from '../../src/http/control/event-shapes.ts';
import { operations } from '../../src/http/control/operations.ts';
import { ownFiles, readOwn, root } from './repository.ts';

const documents = ownFiles().filter((file) => file.endsWith('.md'));

const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(readOwn('package.json')));

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

describe.each(documents)('%s', (document) => {
  const text = readOwn(document);

  it('links to what is there', () => {
    const links = matches(text, /\]\(([^)#\s]+)[^)]*\)/g).filter((link) => !/^[a-z]+:/.test(link));
    expect(links.filter((link) => !existsSync(join(root, dirname(document), link)))).toEqual([]);
  });

  it('names commands, programs and settings that exist', () => {
    const runs = matches(text, /npm run ([\w:-]+)/g);
    expect(runs.filter((name) => !(name in scripts))).toEqual([]);
    const nodes = matches(text, /node ((?:bin|scripts|bench)\/[\w./-]+)/g);
    expect(nodes.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    const commands = matches(text, /node bin\/onioncast\.cjs ([a-z]+)/g);
    const known = createProgram(() => undefined).commands.map((command) => command.name());
    expect(commands.filter((name) => !known.includes(name))).toEqual([]);
    const settings = matches(text, /`([a-z]+(?:\.[a-z_]+)+)`/g).filter((name) =>
      sectionNames.has(name.split('.')[0] ?? ''),
    );
    expect(settings.filter((name) => !settingsByName.has(name))).toEqual([]);
    const variables = matches(text, /\b(ONIONCAST_[A-Z_]+[A-Z])/g);
    const knownVariables = new Set([...settingsByName.values()].map((setting) => setting.variable));
    expect(variables.filter((name) => !knownVariables.has(name) && !/_(?:CONFIG|DEBUG|SETUP)$/.test(name))).toEqual([]);
  });

  it('shows configurations that are valid', () => {
    const directory = mkdtempSync(join(tmpdir(), 'onioncast-documents-'));
    try {
      for (const sample of matches(text, /```toml\n(.*?)```/gs)) {
        writeFileSync(join(directory, 'onioncast.toml'), sample);
        expect(() => loadConfig({ workingDirectory: directory, environment: {} })).not.toThrow();
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('docs/CONTROL.md', () => {
  it('tells every operation, event and field of the control socket (else: node scripts/write-control-reference.js)', () => {
    const run = () => execFileSync(process.execPath, [join(root, 'scripts/write-control-reference.js'), '--check']);
    expect(run).not.toThrow();
    const text = readOwn('docs/CONTROL.md');
    for (const { method, path, input } of Object.values(operations)) {
      expect(text).toContain(`### ${method} ${path}\n`);
      for (const field of Object.keys(input.shape)) expect(text).toContain(`\`${field}\``);
    }
    for (const event of Object.keys(eventShapes)) expect(text).toContain(`### Event \`${event}\`\n`);
  });
});

describe('npm run help', () => {
  it('tells every command', () => {
    const help = execFileSync(process.execPath, [join(root, 'scripts/help.cjs')], { encoding: 'utf8' });
    const commands = Object.keys(scripts).map((name) =>
      ['start', 'test'].includes(name) ? `npm ${name} ` : `npm run ${name} `,
    );
    expect(commands.filter((command) => !help.includes(command))).toEqual([]);
    expect(matches(help, /^npm run ([\w:-]+)/gm).filter((name) => !(name in scripts))).toEqual([]);
  });
});
