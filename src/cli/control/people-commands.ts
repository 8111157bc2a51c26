import type { Command } from 'commander';
import type { ControlFlags } from './ask.ts';
import { type Commands, controlCommand, run, typedText } from './control-command.ts';
import { duration, number, person } from './parse.ts';
import { tellEntries, tellEntry, tellInvitations, tellModerators, tellPeople, tellSanctions } from './tell.ts';

type Whom = ReturnType<typeof person>;

/** Commands about people, and about who may do what. */
export function addPeopleCommands(commands: Commands): void {
  const { program } = commands;
  controlCommand(program, 'people', 'show who is here', ['people', 'people --json']).action((flags: ControlFlags) =>
    run(commands, 'people', {}, flags, tellPeople),
  );
  controlCommand(program, 'sanctions', 'show bans, time-outs and kicks that hold', ['sanctions']).action(
    (flags: ControlFlags) => run(commands, 'sanctions', {}, flags, ({ sanctions }) => tellSanctions(sanctions)),
  );
  addSanctionCommands(commands);
  addStaffCommands(commands);
}

function aboutPerson(parent: Command, name: string, description: string, examples: readonly string[]): Command {
  return controlCommand(parent, name, description, examples).argument(
    '<person>',
    'the number of a message, for whoever wrote it, or a viewer id',
    person,
  );
}

function addSanctionCommands(commands: Commands): void {
  const { program } = commands;
  const because = ['--reason <text>', 'shown to the person'] as const;
  aboutPerson(program, 'ban', 'somebody may not write until it is lifted', [
    'ban 12',
    "ban 12 --hide-all --reason 'spam'",
  ])
    .option(...because)
    .option('--hide-all', 'hide all they wrote')
    .option('--end-video', 'put them out of stream and page as well')
    .action((whom: Whom, { reason, hideAll, endVideo, ...flags }: ControlFlags & BanFlags) => {
      const wish = { ...withReason(reason), ...(hideAll ? { hideAll } : {}), ...(endVideo ? { endVideo } : {}) };
      return run(commands, 'ban', { ...whom, ...wish }, flags, tellEntry);
    });
  aboutPerson(program, 'timeout', 'somebody may not write for a while', [
    'timeout 12 10m',
    'timeout 12 1h --reason caps',
  ])
    .argument('<time>', '10s to 14d', duration)
    .option(...because)
    .action((whom: Whom, forMs: number, { reason, ...flags }: ControlFlags & { reason?: string }) =>
      run(commands, 'timeOut', { ...whom, forMs, ...withReason(reason) }, flags, tellEntry),
    );
  aboutPerson(program, 'kick', 'put somebody out of stream and chat for a while', ['kick 12', 'kick 12 1h'])
    .argument('[time]', '10s to 14d (default: 10m)', duration)
    .option(...because)
    .action((whom: Whom, forMs: number | undefined, { reason, ...flags }: ControlFlags & { reason?: string }) =>
      run(
        commands,
        'kick',
        { ...whom, ...(forMs === undefined ? {} : { forMs }), ...withReason(reason) },
        flags,
        tellEntry,
      ),
    );
  aboutPerson(program, 'unban', 'lift all that holds against somebody', ['unban 12']).action(
    (whom: Whom, flags: ControlFlags) => run(commands, 'unban', whom, flags, tellEntry),
  );
  aboutPerson(program, 'purge', 'hide all that somebody wrote', ['purge 12']).action(
    (whom: Whom, flags: ControlFlags) => run(commands, 'purge', whom, flags, tellEntry),
  );
  aboutPerson(program, 'note', 'note something about somebody, for staff', ['note 12 sells shoes', "note 12 ''"])
    .argument('<text...>', "the note, or - for standard input; '' removes it")
    .action((whom: Whom, words: string[], flags: ControlFlags) =>
      run(
        commands,
        'note',
        typedText(words).then((text) => ({ ...whom, text })),
        flags,
        tellEntry,
      ),
    );
  controlCommand(program, 'lift', 'lift one sanction', ['lift 7'])
    .argument('<sanction>', 'its number, as sanctions shows it', number)
    .action((sanctionId: number, flags: ControlFlags) => run(commands, 'lift', { sanctionId }, flags, tellEntry));
}

interface BanFlags {
  readonly reason?: string;
  readonly hideAll?: true;
  readonly endVideo?: true;
}

function withReason(reason: string | undefined): { readonly reason?: string } {
  return reason === undefined ? {} : { reason };
}

function addStaffCommands(commands: Commands): void {
  const { program } = commands;
  controlCommand(program, 'moderators', 'show who moderates', ['moderators']).action((flags: ControlFlags) =>
    run(commands, 'moderators', {}, flags, ({ moderators }) => tellModerators(moderators)),
  );
  controlCommand(program, 'appoint', 'make somebody a moderator', [
    'appoint Ann --person 12',
    'appoint Bob --tripcode abcdefghij',
  ])
    .argument('<label>', 'how staff know them')
    .option('--person <person>', 'the number of a message, for whoever wrote it, or a viewer id', person)
    .option('--tripcode <code>', 'whoever bears this tripcode')
    .action((label: string, { person: whom, tripcode, ...flags }: ControlFlags & AppointFlags) =>
      run(commands, 'appoint', { label, ...whom, ...(tripcode === undefined ? {} : { tripcode }) }, flags, tellEntry),
    );
  controlCommand(program, 'revoke', 'end the appointment of a moderator', ['revoke 3'])
    .argument('<moderator>', 'their number, as moderators shows it', number)
    .action((moderatorId: number, flags: ControlFlags) => run(commands, 'revoke', { moderatorId }, flags, tellEntry));
  controlCommand(program, 'invitations', 'show the invitations to moderate', ['invitations']).action(
    (flags: ControlFlags) => run(commands, 'invitations', {}, flags, ({ invitations }) => tellInvitations(invitations)),
  );
  controlCommand(program, 'invite-moderator', 'make a link that makes whoever opens it first a moderator', [
    'invite-moderator Ann',
    'invite-moderator Ann --for 2h',
  ])
    .argument('<label>', 'how staff know them')
    .option('--for <time>', 'how long it can be used, 1h to 7d (default: 1d)', duration)
    .action((label: string, { for: forMs, ...flags }: ControlFlags & { for?: number }) =>
      run(
        commands,
        'invite',
        { label, ...(forMs === undefined ? {} : { forMs }) },
        flags,
        ({ path }) =>
          `Give this address of your site to them alone; it is shown this one time, and works once:\n\n  ${path}\n`,
      ),
    );
  controlCommand(program, 'revoke-invitation', 'make an open invitation void', ['revoke-invitation 4'])
    .argument('<invitation>', 'its number, as invitations shows it', number)
    .action((invitationId: number, flags: ControlFlags) =>
      run(commands, 'revokeInvitation', { invitationId }, flags, tellEntry),
    );
  controlCommand(program, 'audit', 'show what staff, the operator and the house did', ['audit', 'audit --count 10'])
    .option('--before <entry>', 'only older ones than this entry', number)
    .option('--count <number>', 'at most so many (default: 50)', number)
    .action(({ before, count, ...flags }: ControlFlags & { before?: number; count?: number }) => {
      const input = {
        ...(before === undefined ? {} : { before: String(before) }),
        ...(count === undefined ? {} : { count: String(count) }),
      };
      return run(commands, 'audit', input, flags, ({ entries }) => tellEntries(entries));
    });
  controlCommand(program, 'undo', 'take back what an entry of the audit log did', ['undo 42'])
    .argument('<entry>', 'its number, as audit shows it', number)
    .action((entryId: number, flags: ControlFlags) => run(commands, 'undo', { entryId }, flags, tellEntry));
}

interface AppointFlags {
  readonly person?: Whom;
  readonly tripcode?: string;
}
