import type { Command } from 'commander';
import type { Commands } from './control/control-command.ts';
import type { OnionFlags } from './onion-command.ts';
import { qrOption } from './qr-option.ts';

/** `onioncast onion`: the keys and addresses of the onion services. Its code is loaded when it is called. */
export function addOnionCommands({ program, onOutcome }: Commands): void {
  const onion = program
    .command('onion')
    .description('onion addresses and their keys: show, rotate, backup, restore, import');
  const command = (name: string, description: string, example: string): Command =>
    onion
      .command(name)
      .description(description)
      .option('--config <file>', 'configuration file (default: onioncast.toml, if there is one)')
      .option('--data <directory>', 'where the keys are kept (default: ./data)')
      .addHelpText('after', `\nExample:\n  onioncast onion ${example}`);
  const load = async () => await import('./onion-command.ts');
  command('show', 'show every address, for whom it is and whether it is published', 'show --qr light')
    .addOption(qrOption())
    .option('--json', 'print one line of JSON')
    .action(async (flags: OnionFlags) => {
      await (await load()).showOnions(flags, process);
      onOutcome(0);
    });
  command('rotate', "a new key and address in place of an old one, while 'serve' is stopped", 'rotate public')
    .argument('<address>', 'which one, as show names it: public, desk')
    .option('--yes', 'do not ask')
    .action(async (name: string, flags: OnionFlags) => (await load()).rotate(name, flags, process));
  const passphrase = (to: Command): Command =>
    to.option('--passphrase-file <file>', 'a file whose first line is the passphrase, - for standard input');
  passphrase(command('backup', 'write all keys into a file that a passphrase opens', 'backup keys.backup'))
    .argument('<file>', 'a file that is not there yet')
    .action(async (file: string, flags: OnionFlags) => (await load()).backup(file, flags, process));
  passphrase(command('restore', "put the keys of a backup in place, while 'serve' is stopped", 'restore keys.backup'))
    .argument('<file>', 'what backup has written')
    .option('--replace', 'also in place of other keys, which are kept aside')
    .action(async (file: string, flags: OnionFlags) => (await load()).restore(file, flags, process));
  command('import', "take over a HiddenServiceDir of tor's, while 'serve' is stopped", 'import /var/lib/tor/mine')
    .argument('<directory>', 'with hs_ed25519_secret_key')
    .option('--as <address>', 'as which of ours: public, desk', 'public')
    .option('--replace', 'also in place of another key, which is kept aside')
    .action(async (from: string, flags: OnionFlags) => (await load()).importDirectory(from, flags, process));
}
