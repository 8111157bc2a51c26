import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { root } from './repository.ts';

const reportSchema = z.object({
  diagnostics: z.array(
    z.object({ code: z.string().optional(), message: z.string(), help: z.string().optional(), filename: z.string() }),
  ),
});

const lines = (count: number) => `${'// a line\n'.repeat(count - 1)}export const last = 1;\n`;

const body = (count: number) =>
  `export function long(): number {\n${'  work();\n'.repeat(count - 3)}  return 1;\n}\nfunction work(): void {}\n`;

const use = (specifier: string) => `import { x } from '${specifier}';\nexport const y = x;\n`;

/** A planted fault: the file, what is in it, the rule that must speak and, where it teaches, some of what it says. */
const faults: ReadonlyArray<readonly [file: string, content: string, rule: string, lesson?: string]> = [
  [
    'src/mp4/files.ts',
    "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
    'no-restricted-imports',
    'This room is pure',
  ],
  [
    'src/hls/promised-files.ts',
    "import { readFile } from 'node:fs/promises';\nexport const read = readFile;\n",
    'no-restricted-imports',
  ],
  [
    'src/chat/network.ts',
    "import { connect } from 'node:net';\nexport const open = connect;\n",
    'no-restricted-imports',
  ],
  [
    'src/identity/chance.ts',
    "import { randomBytes } from 'node:crypto';\nexport const draw = randomBytes;\n",
    'no-restricted-imports',
    'Take `random`',
  ],
  ['src/broadcast/clock.ts', 'export const now = Date.now();\n', 'no-restricted-properties', 'Take `now`'],
  ['src/chat/dice.ts', 'export const roll = Math.random();\n', 'no-restricted-properties', 'Take `random`'],
  [
    'src/broadcast/timer.ts',
    'export const timer = setTimeout(() => undefined, 1);\n',
    'no-restricted-globals',
    'Take `now`',
  ],
  ['src/chat/stored.ts', use('../store/thing.ts'), 'no-restricted-imports', 'Declare the small interface'],
  ['src/admission/deep/stored.ts', use('../../store/thing.ts'), 'no-restricted-imports'],
  ['src/live/stored.ts', use('../store/thing.ts'), 'no-restricted-imports', 'Adapters never import each other'],
  ['src/encoder/ingested.ts', use('../ingest/thing.ts'), 'no-restricted-imports'],
  ['src/tor/configured.ts', use('../config/thing.ts'), 'no-restricted-imports'],
  ['src/ingest/live.ts', use('../live/thing.ts'), 'no-restricted-imports', "encoder's types"],
  ['src/store/served.ts', use('../http/thing.ts'), 'no-restricted-imports'],
  ['src/bus/whole.ts', use('../app.ts'), 'no-restricted-imports'],
  ['src/pipeline/paged.ts', use('../views/thing.ts'), 'no-restricted-imports', 'no pages'],
  ['src/views/stored.tsx', use('../store/thing.ts'), 'no-restricted-imports', 'Take the data'],
  [
    'src/views/files.ts',
    "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
    'no-restricted-imports',
  ],
  ['src/http/routes/whole.ts', use('../../app.ts'), 'no-restricted-imports'],
  ['src/http/configured.ts', use('../config/thing.ts'), 'no-restricted-imports', 'slice of the configuration'],
  ['src/live/talkative.ts', use('../talk/thing.ts'), 'no-restricted-imports', 'Adapters never import each other'],
  ['src/chat/staffed.ts', use('../staff/thing.ts'), 'no-restricted-imports', 'Declare the small interface'],
  ['src/views/peopled.ts', use('../people/thing.ts'), 'no-restricted-imports', 'Take the data'],
  ['src/talk/served.ts', use('../http/thing.ts'), 'no-restricted-imports', 'for http to serve'],
  ['src/access/asked.ts', use('../talk/thing.ts'), 'no-restricted-imports', 'for http to serve'],
  ['src/people/policed.ts', use('../staff/thing.ts'), 'no-restricted-imports', 'for http to serve'],
  [
    'src/staff/requested.ts',
    "import type { FastifyRequest } from 'fastify';\nexport type Asked = FastifyRequest;\n",
    'no-restricted-imports',
    'know nothing of HTTP',
  ],
  ['src/app/upward.ts', use('../cli/thing.ts'), 'no-restricted-imports', 'never the other way round'],
  ['src/http/composed.ts', use('../app/thing.ts'), 'no-restricted-imports'],
  ['src/live/composed.ts', use('../app/thing.ts'), 'no-restricted-imports'],
  ['src/config/live.ts', use('../live/thing.ts'), 'no-restricted-imports', 'stands alone'],
  ['src/shared.ts', use('./store/thing.ts'), 'no-restricted-imports', 'only app.ts'],
  ['client/server.ts', use('../src/live/thing.ts'), 'no-restricted-imports', 'wire.ts'],
  ['client/pages.ts', use('../src/views/page.ts'), 'no-restricted-imports', 'wire.ts'],
  ['client/node.ts', "import { join } from 'node:path';\nexport const y = join;\n", 'no-restricted-imports', 'browser'],
  ['src/http/ring-a.ts', "import { b } from './ring-b.ts';\nexport const a = (): number => b();\n", 'no-cycle'],
  [
    'src/views/raw.tsx',
    'export const raw = (html: string) => <p dangerouslySetInnerHTML={{ __html: html }} />;\n',
    'no-danger',
  ],
  [
    'src/live/floating.ts',
    'async function work(): Promise<void> {}\nexport function go(): void {\n  work();\n}\n',
    'no-floating-promises',
  ],
  [
    'src/live/misused.ts',
    "import { EventEmitter } from 'node:events';\nasync function work(): Promise<void> {}\nexport const on = new EventEmitter().on('x', async () => {\n  await work();\n});\nexport const list = [1].filter(async () => true);\n",
    'no-misused-promises',
  ],
  ['src/live/any.ts', 'export const anything = (x: any): unknown => x;\n', 'no-explicit-any'],
  ['src/live/bang.ts', 'export const first = (x: readonly number[]): number => x[0]!;\n', 'no-non-null-assertion'],
  ['src/live/ignored.ts', '// @ts-ignore\nexport const x: number = 1;\n', 'ban-ts-comment'],
  [
    'src/live/swallowed.ts',
    'export function go(work: () => void): void {\n  try {\n    work();\n  } catch {}\n}\n',
    'no-empty',
  ],
  ['src/live/default.ts', 'export default 1;\n', 'no-default-export'],
  ['src/live/later.ts', '// TODO finish\nexport const x = 1;\n', 'no-warning-comments'],
  ['src/live/print.ts', "console.log('x');\nexport const x = 1;\n", 'no-console'],
  [
    'src/live/switch.ts',
    "export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 0;\n}\n",
    'switch-exhaustiveness-check',
  ],
  ['src/live/long-file.ts', lines(401), 'max-lines'],
  ['src/live/long-file.test.ts', lines(601), 'max-lines'],
  ['src/live/long-function.ts', body(61), 'max-lines-per-function'],
  [
    'src/live/deep.ts',
    'export function f(a: boolean): number {\n  if (a) {\n    if (!a) {\n      for (;;) {\n        while (a) return 1;\n      }\n    }\n  }\n  return 0;\n}\n',
    'max-depth',
  ],
];

/** What must not be reported: the same things just inside the limits. */
const good: ReadonlyArray<readonly [file: string, content: string]> = [
  ['src/ingest/encoded.ts', use('../encoder/thing.ts')],
  ['src/ingest/packaged.ts', use('../mp4/thing.ts')],
  ['src/chat/named.ts', use('../identity/thing.ts')],
  ['src/identity/keyed.ts', "import { createHmac } from 'node:crypto';\nexport const sign = createHmac;\n"],
  ['src/pipeline/joined.ts', use('../encoder/thing.ts')],
  ['src/http/routes/near.ts', use('../../live/thing.ts')],
  ['src/http/routes/serving.ts', use('../../staff/thing.ts')],
  ['src/staff/hearing.ts', use('../talk/thing.ts')],
  ['src/config/failing.ts', use('../errors.ts')],
  ['src/app.ts', use('./store/thing.ts')],
  ['src/app/part.ts', use('../store/thing.ts')],
  ['client/wired.ts', use('../src/views/wire.ts')],
  ['client/wired-state.ts', use('../src/broadcast/stream-state.ts')],
  [
    'src/views/raw-html.tsx',
    'export const raw = (html: string) => <p dangerouslySetInnerHTML={{ __html: html }} />;\n',
  ],
  ['src/live/full-file.ts', lines(400)],
  ['src/live/full-file.test.ts', lines(600)],
  ['src/live/full-function.ts', body(60)],
  ['src/chat/clock.test.ts', 'export const now = Date.now();\n'],
];

const things = [
  ...[
    'store',
    'ingest',
    'live',
    'encoder',
    'mp4',
    'identity',
    'config',
    'talk',
    'staff',
    'http',
    'views',
    'app',
    'cli',
  ].map((room) => `src/${room}/thing.ts`),
  'src/errors.ts',
  'src/views/wire.ts',
  'src/broadcast/stream-state.ts',
  'src/views/page.ts',
];

describe('the linter', () => {
  let directory: string;
  const found = new Map<string, string[]>();

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'onioncast-lint-'));
    for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json'])
      copyFileSync(join(root, file), join(directory, file));
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
    const ring = [
      'src/http/ring-b.ts',
      "import { a } from './ring-a.ts';\nexport const b = (): number => a();\n",
    ] as const;
    for (const [file, content] of [
      ...things.map((thing) => [thing, 'export const x = 1;\n'] as const),
      ring,
      ...good,
      ...faults,
    ]) {
      mkdirSync(dirname(join(directory, file)), { recursive: true });
      writeFileSync(join(directory, file), content);
    }
    const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
    const { stdout } = spawnSync(process.execPath, [oxlint, '--format', 'json'], { cwd: directory, encoding: 'utf8' });
    for (const { filename, code = '', message, help = '' } of reportSchema.parse(JSON.parse(stdout)).diagnostics) {
      found.set(filename, [...(found.get(filename) ?? []), `${code} ${message} ${help}`]);
    }
  });

  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it.each(faults.map((fault) => [fault[0], fault[2], fault[3] ?? ''] as const))(
    'finds what is planted in %s: %s',
    (file, rule, lesson) => {
      const reports = found.get(file) ?? [];
      const matching = reports.filter((report) => report.includes(`(${rule})`));
      expect(matching, `reported: ${reports.join('; ') || 'nothing'}`).not.toEqual([]);
      expect(matching.join(' ')).toContain(lesson);
    },
  );

  it.each(good.map(([file]) => file))('has nothing to say about %s', (file) => {
    expect(found.get(file)).toBeUndefined();
  });
});
