import { type Commands, controlCommand } from './control/control-command.ts';
import { duration, number } from './control/parse.ts';
import type { InviteFlags } from './invite.ts';
import { qrOption } from './qr-option.ts';

/** The one command about who may come in; it works whether or not a server is running. */
export function addInviteCommand({ program, onOutcome }: Commands): void {
  controlCommand(program, 'invite', 'let somebody in where not everybody may come in, or put them out again', [
    'invite Ann                  what Ann needs: a key to a private address, a link past a closed door, or both',
    'invite Club --link --uses 20 --for 30d',
    'invite --list',
    'invite --revoke Ann         takes back whatever Ann was given; the others stay',
    'invite --password           a new password for everybody, for access.mode = "password"',
  ])
    .argument('[name]', 'whom; for a key, letters, digits, - and _')
    .option('--list', 'show who is invited')
    .option('--revoke <name>', 'take back what somebody was given, and put them out')
    .option('--password', 'make another password for the door')
    .option('--key', 'a key to the private address alone (tor.private)')
    .option('--link', 'a link past the door alone (access.mode)')
    .addOption(qrOption())
    .option('--uses <number>', 'how many people the link lets in, 1 to 1000 (default: 1)', number)
    .option('--for <time>', 'how long the link can be used, 1m to 365d (default: 7d)', duration)
    .action(async (name: string | undefined, flags: InviteFlags) => {
      const { runInvite } = await import('./invite.ts');
      onOutcome(await runInvite(name, flags, process));
    });
}
