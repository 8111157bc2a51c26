import { parse, TomlError, type TomlTable, type TomlValue } from 'smol-toml';
import { type Findings, type Given, shown } from './given.ts';
import { nearestName } from './nearest.ts';
import { sectionNames, settingsByName } from './settings.ts';

/** Finds the settings in a TOML text. `label` is the file's name for messages, `base` the directory it is in. */
export function readToml(text: string, label: string, base: string): Findings {
  let table: TomlTable;
  try {
    table = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Only the first line of the parser's message: below it, it quotes the file, and that may hold a secret.
    const reason = error.message.split('\n', 1)[0]?.replace('Invalid TOML document: ', '') ?? '';
    return { given: [], problems: [`${label} line ${error.line}: this is not valid TOML: ${reason}`] };
  }
  const given: Given[] = [];
  const problems: string[] = [];
  const originOf = (name: string) => `${label} line ${lineOf(text, name)}`;
  for (const [name, value] of leaves(table, '')) {
    const itemOrigin = (index: number) => `${label} line ${lineOfItem(text, name, index) ?? lineOf(text, name)}`;
    if (settingsByName.has(name)) given.push({ name, value, origin: originOf(name), itemOrigin, base });
    else problems.push(`${originOf(name)}: ${misnamed(name, value)}`);
  }
  return { given, problems };
}

/** Says that there is no such setting, and which one may be meant. Values are left out: a misplaced one may be a secret. */
export function misnamed(name: string, value: unknown): string {
  if (sectionNames.has(name)) return `${name} is a section: write its settings below a line [${name}]`;
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
  const nearest = nearestName(name, isTable ? sectionNames : settingsByName.keys());
  const advice = nearest === undefined ? 'onioncast config prints all there are' : `did you mean ${nearest}?`;
  return `there is no ${isTable ? 'section' : 'setting'} ${shown(name)}; ${advice}`;
}

function* leaves(table: TomlTable, prefix: string): Generator<[string, TomlValue]> {
  for (const [key, value] of Object.entries(table)) {
    const name = prefix + key;
    if (isTable(value) && sectionNames.has(name)) yield* leaves(value, `${name}.`);
    else yield [name, value];
  }
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
}

/**
 * The line of a setting, counted from 1; of the nearest section around it where the setting itself is not found (inline tables).
 * The parser tells no positions, and for a message the first place that looks right is good enough.
 */
function lineOf(text: string, name: string): number {
  const lines = text.split('\n');
  let section = '';
  let around = { line: 1, length: 0 };
  for (const [index, line] of lines.entries()) {
    const header = /^\s*\[\[?([^\]]*)\]/.exec(line)?.[1];
    const key = /^\s*([\w.\s"'-]+?)\s*=/.exec(line)?.[1];
    if (header !== undefined) section = bare(header);
    else if (key === undefined) continue;
    const place = key === undefined ? section : [section, bare(key)].filter(Boolean).join('.');
    if (place === name) return index + 1;
    if (name.startsWith(`${place}.`) && place.length > around.length)
      around = { line: index + 1, length: place.length };
  }
  return around.line;
}

/** The line of `[[name]]` for that item; undefined where the list is written in another way. */
function lineOfItem(text: string, name: string, index: number): number | undefined {
  const headers = text
    .split('\n')
    .map((line, at) => ({ header: /^\s*\[\[([^\]]*)\]\]/.exec(line)?.[1], number: at + 1 }))
    .filter(({ header }) => header !== undefined && bare(header) === name);
  return headers[index]?.number;
}

function bare(key: string): string {
  return key.replace(/["'\s]/g, '');
}
