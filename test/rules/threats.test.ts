import { describe, expect, it } from 'vitest';
import { readOwn } from './repository.ts';
import { listOf, threatTests } from './threat-tests.ts';

/** Those without which nothing should be shown to anybody at risk. */
const proven = [
  ...[
    'T01',
    'T02',
    'T03',
    'T04',
    'T05',
    'T06',
    'T07',
    'T15',
    'T16',
    'T17',
    'T18',
    'T21',
    'T22',
    'T23',
    'T24',
    'T25',
    'T26',
  ],
  ...['T27', 'T28', 'T33', 'T34', 'T35', 'T36', 'T37', 'T38', 'T39', 'T40', 'T41', 'T42'],
];

describe('docs/THREATS.md', () => {
  const tests = threatTests();
  const sections = readOwn('docs/THREATS.md').split(/^### /m).slice(1);
  const rowOf = (section: string) => section.slice(0, 3);

  it('has every threat that a test is called by', () => {
    const rows = new Set(tests.map(({ row }) => row));
    expect([...rows].filter((row) => !sections.some((section) => rowOf(section) === row))).toEqual([]);
  });

  it('says which threats are proven, and those are', () => {
    const empty = sections.map(rowOf).filter((row) => listOf(row, tests).length === 0);
    expect(empty.filter((row) => proven.includes(row))).toEqual([]);
    expect(proven.filter((row) => !sections.some((section) => rowOf(section) === row))).toEqual([]);
  });

  it.each(sections.map((section) => [rowOf(section), section]))(
    'names every test of %s and no other (node scripts/write-threats.js brings it up to date)',
    (row, section) => {
      const named = section.split('\n').filter((line) => line.startsWith('- '));
      expect(named).toEqual(listOf(row, tests));
    },
  );
});
