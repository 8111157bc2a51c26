import { readFileSync, writeFileSync } from 'node:fs';
import { listOf, threatTests } from '../test/rules/threat-tests.ts';

/** Brings the lists of tests in `docs/THREATS.md` up to date: every test whose name begins with the row of a threat, below the heading of that row. */
const target = new URL('../docs/THREATS.md', import.meta.url);
const tests = threatTests();
const [head, ...sections] = readFileSync(target, 'utf8').split(/^(?=### )/m);
const written = sections.map((section) => {
  const words = section.split('\n').filter((line) => !line.startsWith('- '));
  const list = listOf(section.slice(4, 7), tests);
  return `${[words.join('\n').trim(), list.join('\n')].filter((part) => part !== '').join('\n\n')}\n\n`;
});
writeFileSync(target, `${head}${written.join('')}`.trimEnd().concat('\n'));
