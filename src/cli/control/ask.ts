import { AppError } from '../../errors.ts';
import { jsonLine } from '../../http/control/json-line.ts';
import {
  type OperationInput,
  type OperationName,
  type OperationOutput,
  operations,
} from '../../http/control/operations.ts';
import { exitCodes } from '../failure.ts';
import { loadServeConfig } from '../serve-config.ts';
import { ControlClient } from './control-client.ts';

/** Flags of every command that speaks to a running server. */
export interface ControlFlags {
  readonly data?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** The client for the server that these flags mean. Throws CONFIG_INVALID. */
export function clientFor({ data, config }: ControlFlags, process: NodeJS.Process): ControlClient {
  const flags = { ...(data === undefined ? {} : { data }), ...(config === undefined ? {} : { config }) };
  return new ControlClient(loadServeConfig(flags, process).data);
}

/**
 * Asks a running server for something and shows the answer: as a person reads it, or as JSON. Returns the exit code. Throws CONTROL_UNREACHABLE, or
 * CONTROL_REFUSED with the sentence and the code of the refusal.
 */
export async function ask<Name extends OperationName>(
  name: Name,
  input: OperationInput<Name>,
  flags: ControlFlags,
  tell: (output: OperationOutput<Name>) => string,
): Promise<number> {
  const { value, refused } = await clientFor(flags, process).ask(name, input);
  if (flags.json === true) process.stdout.write(jsonLine(value));
  if (refused === undefined) {
    // Of this very program: what does not fit is a server of another version.
    const parsed = operations[name].output.safeParse(value);
    if (!parsed.success) throw new AppError('CONTROL_REFUSED', 'The server is of another version. Start it anew.');
    if (flags.json !== true) process.stdout.write(tell(parsed.data as OperationOutput<Name>));
    return exitCodes.stopped;
  }
  const code = refused.code === 'bad-request' ? exitCodes.usage : exitCodes.fault;
  if (flags.json !== true) process.stderr.write(`${refused.message} [${refused.code}]\n`);
  return code;
}

/** What is typed, or all of standard input for a dash: texts of others need not be put on a command line. */
export async function textOf(words: readonly string[]): Promise<string> {
  if (words.length !== 1 || words[0] !== '-') return words.join(' ');
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of process.stdin) {
    const piece = Buffer.from(part);
    bytes += piece.length;
    if (bytes > maxTypedBytes) break;
    parts.push(piece);
  }
  return Buffer.concat(parts)
    .toString()
    .replace(/\r?\n$/u, '');
}

/** More than any message may have; the server says so. */
const maxTypedBytes = 16 * 1024;
