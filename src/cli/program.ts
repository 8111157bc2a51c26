import { Command, CommanderError } from 'commander';
import { addPeopleCommands } from './control/people-commands.ts';
import { addTalkCommands } from './control/talk-commands.ts';
import { addOnionCommands } from './onion-grammar.ts';
import { addInviteCommand } from './invite-commands.ts';
import { addRecordCommands } from './record-commands.ts';
import { addTorCommands } from './tor-commands.ts';
import { addScheduleCommands } from './schedule-commands.ts';
import { readVersion } from '../version.ts';
import { exitCodes, explainFailure } from './failure.ts';
import type { PushFlags } from './push-command.ts';
import type { ServeFlags } from './serve-config.ts';

const help = `
Settings come from onioncast.toml, the environment (ONIONCAST_*) and these flags, a later one winning.

Exit codes:
  ${exitCodes.stopped}    stopped as asked
  ${exitCodes.fault}    a fault in the program, doctor found something that fails, or a running server refused a command
  ${exitCodes.usage}    the command line or the configuration is wrong
  ${exitCodes.unusable}    something it needs cannot be used: an address, the data directory, a program, the source, a running server
  ${exitCodes.interrupted}  stopped at once by a second Ctrl-C, without tidying up
`;

/** Runs one command line to its end and returns the exit code. Failures are told on standard error. */
export async function runProgram(args: readonly string[], { stderr, env }: NodeJS.Process): Promise<number> {
  let code: number = exitCodes.stopped;
  const program = createProgram((outcome) => {
    code = outcome;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    // Commander has said what is wrong, or has shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.stopped : exitCodes.usage;
    const failure = explainFailure(error, { withTrace: env['ONIONCAST_DEBUG'] !== undefined });
    stderr.write(`${failure.text}\n`);
    return failure.exitCode;
  }
  return code;
}

/** The command line's grammar. A command's code is loaded when it is called, so that help and checks answer at once. */
export function createProgram(onOutcome: (exitCode: number) => void): Command {
  const program = new Command('onioncast')
    .description('Broadcast live video over Tor: one command, a page that works with and without JavaScript.')
    .version(readVersion())
    .showHelpAfterError('onioncast --help shows how it is used.')
    .exitOverride()
    .addHelpText('after', help);
  program
    .command('serve')
    .description('broadcast until stopped with Ctrl-C')
    .option('--config <file>', 'configuration file (default: onioncast.toml, if there is one)')
    .option('--data <directory>', 'where keys, passwords and the chat are kept (default: ./data)')
    .option('--listen <address>', 'local address, 127.0.0.1:5000 or off')
    .option('--source <source>', 'test, none, screen, file:PATH or dir:PATH')
    .option('--title <text>', 'title of the stream')
    .option('--tor', 'as an onion service (default)')
    .option('--no-tor', 'only on this machine')
    .option('--ephemeral', 'keep nothing on disk')
    .option('--temporary', 'a second onion address for this run alone')
    .option('--json', 'print one JSON object a line instead of text')
    .action(async (flags: ServeFlags) => {
      const { serve } = await import('./serve.ts');
      onOutcome(await serve(flags, process));
    });
  addSplitCommands(program, onOutcome);
  program
    .command('doctor')
    .description('check whether everything is there and say what to do')
    .option('--config <file>', 'configuration file (default: onioncast.toml, if there is one)')
    .action(async ({ config }: { config?: string }) => {
      const { runDoctor } = await import('./doctor/doctor.ts');
      onOutcome(await runDoctor(config, process));
    });
  addFileCommands(program);
  const commands = { program, onOutcome };
  addTalkCommands(commands);
  addPeopleCommands(commands);
  addOnionCommands(commands);
  addScheduleCommands(commands);
  addTorCommands(commands);
  addRecordCommands(commands);
  addInviteCommand(commands);
  return program;
}

/** A publisher at home, and a server elsewhere. */
function addSplitCommands(program: Command, onOutcome: (exitCode: number) => void): void {
  program
    .command('push')
    .description('at home: encode here and send to a server elsewhere, over Tor, until stopped with Ctrl-C')
    .argument('<address>', "the server's onion address for publishers")
    .option('--config <file>', 'configuration file (default: onioncast.toml, if there is one)')
    .option('--data <directory>', 'where keys are kept (default: ./data)')
    .option('--source <source>', 'test, none, screen, file:PATH or dir:PATH')
    .option('--key-file <file>', 'where the key to the server is (default: asked for once, then kept)')
    .option('--json', 'print one JSON object a line instead of text')
    .action(async (address: string, flags: PushFlags) => {
      const { runPush } = await import('./push-command.ts');
      onOutcome(await runPush(address, flags, process));
    });
  program
    .command('publisher')
    .description("at the server: show what 'push' needs to send to it")
    .option('--config <file>', 'configuration file (default: onioncast.toml, if there is one)')
    .option('--data <directory>', 'where it is kept (default: ./data)')
    .option('--new-key', "another key in place of the old one, while 'serve' is stopped")
    .action(async ({ newKey = false, ...flags }: Pick<ServeFlags, 'config' | 'data'> & { newKey?: boolean }) => {
      const { runPublisher } = await import('./publisher-command.ts');
      await runPublisher(flags, newKey, process);
    });
}

/** Commands that look at files, and at no server. */
function addFileCommands(program: Command): void {
  program
    .command('passwd')
    .description("make a new password for the broadcaster, while 'serve' is stopped")
    .option('--config <file>', 'configuration file (default: onioncast.toml, if there is one)')
    .option('--data <directory>', 'where it is kept (default: ./data)')
    .action(async (flags: Pick<ServeFlags, 'config' | 'data'>) => {
      const { runPasswd } = await import('./passwd-command.ts');
      await runPasswd(flags, process);
    });
  program
    .command('desk')
    .description("show what opens the broadcaster's own onion service")
    .option('--config <file>', 'configuration file (default: onioncast.toml, if there is one)')
    .option('--data <directory>', 'where it is kept (default: ./data)')
    .option('--new-key', "another key in place of the old one, while 'serve' is stopped")
    .action(async ({ newKey = false, ...flags }: Pick<ServeFlags, 'config' | 'data'> & { newKey?: boolean }) => {
      const { runDesk } = await import('./desk-command.ts');
      await runDesk(flags, newKey, process);
    });
  program
    .command('config')
    .description('print every setting with its default, as a file to start from')
    .option('--check <file>', 'check this file instead')
    .action(async ({ check }: { check?: string }) => {
      const { runConfig } = await import('./config-command.ts');
      runConfig(check, process);
    });
}
