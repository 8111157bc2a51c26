import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { AppError } from '../errors.ts';
import { readBounded } from '../tor/private-file.ts';
import { minPassphraseCharacters } from '../tor/sealed-file.ts';

/** Where a passphrase comes from and questions are answered: the terminal, in a program; whatever a test has. */
export interface Asker {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown };
}

const maxBytes = 4096;

/**
 * A passphrase: the first line of a file (`-` is standard input), or typed without being shown, twice if it is a new one. It is never taken from the command line,
 * which others can see. Throws KEY_REFUSED.
 */
export async function readPassphrase(asker: Asker, file: string | undefined, isNew: boolean): Promise<string> {
  const passphrase = file === undefined ? await typed(asker, isNew) : await firstLine(asker, file);
  if (isNew && Array.from(passphrase).length < minPassphraseCharacters) {
    throw new AppError('KEY_REFUSED', `A passphrase needs ${minPassphraseCharacters} characters, better five words.`);
  }
  return passphrase;
}

/** Whether somebody types "yes". Throws KEY_REFUSED where nobody can. */
export async function isConfirmed(asker: Asker, question: string): Promise<boolean> {
  if (asker.stdin.isTTY !== true) {
    throw new AppError('KEY_REFUSED', `${question} Nobody can be asked here: if you mean it, add --yes.`);
  }
  return (await ask(asker, `${question} Type "yes": `, true)).trim() === 'yes';
}

async function typed(asker: Asker, isNew: boolean): Promise<string> {
  if (asker.stdin.isTTY !== true) {
    throw new AppError(
      'KEY_REFUSED',
      'There is no terminal to type a passphrase. Name a file: --passphrase-file FILE.',
    );
  }
  const passphrase = await ask(asker, 'Passphrase: ', false);
  if (isNew && (await ask(asker, 'The same again: ', false)) !== passphrase) {
    throw new AppError('KEY_REFUSED', 'These were two different passphrases.');
  }
  return passphrase;
}

async function firstLine({ stdin }: Asker, file: string): Promise<string> {
  const bytes = file === '-' ? await readAll(stdin) : await readFileOf(file);
  const line = /^[^\r\n]*/u.exec(bytes.toString())?.[0] ?? '';
  if (line === '') throw new AppError('KEY_REFUSED', 'There is no passphrase in the first line.');
  return line;
}

async function readFileOf(file: string): Promise<Buffer> {
  try {
    const bytes = await readBounded(file, maxBytes);
    if (bytes !== undefined) return bytes;
  } catch (cause) {
    throw new AppError('KEY_REFUSED', `The passphrase in ${file} cannot be read.`, { cause });
  }
  throw new AppError('KEY_REFUSED', `There is no file ${file}.`);
}

async function readAll(stdin: NodeJS.ReadableStream): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of stdin) {
    parts.push(Buffer.from(part));
    bytes += Buffer.byteLength(part);
    if (bytes > maxBytes) throw new AppError('KEY_REFUSED', `A passphrase has at most ${maxBytes} bytes.`);
  }
  return Buffer.concat(parts);
}

/** One line from the terminal; unless it is `shown`, nothing of it appears. Throws KEY_REFUSED when it is left unanswered. */
function ask({ stdin, stderr }: Asker, question: string, isShown: boolean): Promise<string> {
  const echo = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (isShown) stderr.write(chunk.toString());
      done();
    },
  });
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stdin, output: echo, terminal: true, historySize: 0 });
    // Only now does the terminal itself show nothing of what is typed.
    stderr.write(question);
    let answer: string | undefined;
    lines.once('line', (line) => {
      answer = line;
      lines.close();
    });
    lines.once('SIGINT', () => lines.close());
    lines.once('close', () => {
      stderr.write('\n');
      if (answer === undefined) reject(new AppError('KEY_REFUSED', 'Nothing was changed.'));
      else resolve(answer);
    });
  });
}
