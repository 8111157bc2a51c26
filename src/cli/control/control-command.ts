import type { Command } from 'commander';
import type { OperationInput, OperationName, OperationOutput } from '../../http/control/operations.ts';
import type { ControlFlags } from './ask.ts';

/** The grammar that takes a command, and hears its exit code. */
export interface Commands {
  readonly program: Command;
  onOutcome(exitCode: number): void;
}

/** A command that speaks to a running server, with the flags that all of them have. `examples` are command lines without the program's name. */
export function controlCommand(
  parent: Command,
  name: string,
  description: string,
  examples: readonly string[],
  isDefault = false,
): Command {
  const shown = examples.map((example) => `  onioncast ${example}`).join('\n');
  return parent
    .command(name, { isDefault })
    .description(description)
    .option('--data <directory>', 'data directory of the server (default: ./data)')
    .option('--config <file>', 'configuration file that names it (default: onioncast.toml, if there is one)')
    .option('--json', 'print the answer as one line of JSON')
    .addHelpText('after', `\nExamples:\n${shown}`);
}

/** Asks for one operation and shows the answer. The code for it is loaded only now. */
export async function run<Name extends OperationName>(
  { onOutcome }: Commands,
  name: Name,
  input: OperationInput<Name> | Promise<OperationInput<Name>>,
  flags: ControlFlags,
  tell: (output: OperationOutput<Name>) => string,
): Promise<void> {
  const { ask } = await import('./ask.ts');
  onOutcome(await ask(name, await input, flags, tell));
}

/** What is typed as a text: words, or `-` for standard input. */
export async function typedText(words: readonly string[]): Promise<string> {
  const { textOf } = await import('./ask.ts');
  return await textOf(words);
}
