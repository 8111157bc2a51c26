import type { ControlFlags } from './ask.ts';
import { type Commands, controlCommand, run } from './control-command.ts';
import { duration, number } from './parse.ts';
import { tellMemberInvitations } from './tell.ts';

interface InviteFlags extends ControlFlags {
  readonly uses?: number;
  readonly for?: number;
}

/** Commands about links that let people in past the door. */
export function addMemberCommands(commands: Commands): void {
  const { program } = commands;
  controlCommand(program, 'member-invitations', 'show the invitations past the door', ['member-invitations']).action(
    (flags: ControlFlags) =>
      run(commands, 'memberInvitations', {}, flags, ({ invitations }) => tellMemberInvitations(invitations)),
  );
  controlCommand(program, 'invite-member', 'make a link that lets people in where the door is closed', [
    'invite-member Ann',
    "invite-member 'The rowing club' --uses 20 --for 30d",
  ])
    .argument('<label>', 'for whom it is meant')
    .option('--uses <number>', 'how many people it lets in, 1 to 1000 (default: 1)', number)
    .option('--for <time>', 'how long it can be used, 1m to 365d (default: 7d)', duration)
    .action((label: string, { uses, for: forMs, ...flags }: InviteFlags) =>
      run(
        commands,
        'inviteMember',
        { label, ...(uses === undefined ? {} : { uses }), ...(forMs === undefined ? {} : { forMs }) },
        flags,
        ({ path }) => `Give this address of your site to them alone; it is shown this one time:\n\n  ${path}\n`,
      ),
    );
  const about = (name: string, description: string, operation: 'revokeMemberInvitation' | 'restoreMemberInvitation') =>
    controlCommand(program, name, description, [`${name} 4`])
      .argument('<invitation>', 'its number, as member-invitations shows it', number)
      .action((invitationId: number, flags: ControlFlags) =>
        run(commands, operation, { invitationId }, flags, ({ invitation }) => tellMemberInvitations([invitation])),
      );
  about(
    'revoke-member-invitation',
    'put out whoever came by an invitation, and let nobody in by it',
    'revokeMemberInvitation',
  );
  about('restore-member-invitation', 'take back that an invitation was revoked', 'restoreMemberInvitation');
}
