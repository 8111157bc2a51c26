import { stringify } from 'smol-toml';
import { type Section, sections } from './settings.ts';

const width = 100;

/** The whole configuration as a file, every setting with its default and its words. Reading it back gives the defaults. */
export function renderSample(): string {
  const head = comment(
    'Onioncast reads this file as onioncast.toml, or from where --config says. Everything in it is a default and may be left out. ' +
      'An environment variable (ONIONCAST_HLS_SEGMENT for hls.segment) wins over the file, a flag over both. ' +
      'Durations are written 250ms, 10s, 5m, 2h; sizes 64KiB, 16MiB; bit rates 64k, 1.2M. Relative paths start at this file.',
  );
  return `${[head, ...sections.map(renderSection)].join('\n\n')}\n`;
}

function renderSection({ name, description, settings }: Section): string {
  const head = name === '' ? [] : [`${comment(description)}\n[${name}]`];
  const body = settings.map(({ name: full, description: words, expects, initial }) => {
    const key = full.slice(name === '' ? 0 : name.length + 1);
    return [comment(words), comment(`${capital(expects)}.`), stringify({ [key]: initial }).trim()].join('\n');
  });
  return [...head, ...body].join('\n\n');
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The words as comment lines of a fixed width. */
function comment(words: string): string {
  const lines: string[] = [];
  let line = '#';
  for (const word of words.split(' ')) {
    if (line.length + word.length >= width) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line].join('\n');
}
