import type { FilterAction } from '../../chat/word-filter.ts';
import type { ControlFlags } from './ask.ts';
import { type Commands, controlCommand, run, typedText } from './control-command.ts';
import { duration, filterAction, number, numbers } from './parse.ts';
import { linesOf, tellEntry, tellFilters, tellHeld, tellMessages, tellModes, tellPoll, tellStatus } from './tell.ts';
import { plainText } from './plain-text.ts';

/** Commands about the stream and what is said. */
export function addTalkCommands(commands: Commands): void {
  addStreamCommands(commands);
  addMessageCommands(commands);
  addSwitchCommands(commands);
  addPollCommands(commands);
  addFilterCommands(commands);
}

function addStreamCommands(commands: Commands): void {
  const { program } = commands;
  controlCommand(program, 'status', 'show how a running server stands', ['status', 'status --json']).action(
    (flags: ControlFlags) => run(commands, 'status', {}, flags, tellStatus),
  );
  controlCommand(program, 'title', 'show the title, or change it for everybody', [
    'title',
    'title Radio Free Attic',
    "title ''",
  ])
    .argument('[text...]', "the new title; '' for that of the configuration")
    .action((words: string[], flags: ControlFlags) => {
      const tell = ({ title }: { title: string }): string => `${plainText(title)}\n`;
      return words.length === 0
        ? run(commands, 'title', {}, flags, tell)
        : run(commands, 'setTitle', { title: words.join(' ') }, flags, tell);
    });
  controlCommand(program, 'events', 'print what happens, one line of JSON each, until stopped', [
    'events',
    'events --since 0123456789ab-42',
  ])
    .option('--since <cursor>', 'go on after the line with this cursor')
    .action(async (flags: ControlFlags & { since?: string }) => {
      const { printEvents } = await import('./events-command.ts');
      commands.onOutcome(await printEvents(flags, process));
    });
  controlCommand(program, 'emotes', 'show the codes of the emotes, or read their directory again', [
    'emotes',
    'emotes --reload',
  ])
    .option('--reload', 'read the directory again')
    .action(({ reload, ...flags }: ControlFlags & { reload?: true }) =>
      run(commands, reload ? 'reloadEmotes' : 'emotes', {}, flags, ({ codes }) =>
        linesOf(codes.map(plainText), 'There are no emotes.'),
      ),
    );
}

function addMessageCommands(commands: Commands): void {
  const { program } = commands;
  controlCommand(program, 'say', 'write into the chat as the broadcaster', [
    'say Good evening',
    'say --reply 12 Yes',
    'say -- -1 is a number',
    'echo hello | onioncast say -',
  ])
    .argument('<text...>', 'what to say, or - for standard input')
    .option('--reply <message>', 'the message that is answered', number)
    .action((words: string[], { reply, ...flags }: ControlFlags & { reply?: number }) => {
      const input = typedText(words).then((text) => ({ text, ...(reply === undefined ? {} : { replyTo: reply }) }));
      return run(commands, 'say', input, flags, ({ messageId }) => `Message ${messageId}.\n`);
    });
  controlCommand(program, 'announce', 'say something to everybody, set apart from the talk', [
    'announce Back in five minutes',
  ])
    .argument('<text...>', 'what to say, or - for standard input')
    .action((words: string[], flags: ControlFlags) =>
      run(
        commands,
        'announce',
        typedText(words).then((text) => ({ text })),
        flags,
        tellEntry,
      ),
    );
  controlCommand(program, 'log', 'show the messages that are kept', [
    'log',
    'log --count 20 --search "free tickets"',
    'log --before 1200',
  ])
    .option('--before <message>', 'only older ones than this message', number)
    .option('--count <number>', 'at most so many (default: 100)', number)
    .option('--search <words>', 'only those that hold all of these words')
    .option('--no-hidden', 'without those that are hidden')
    .action(({ before, count, search, hidden, ...flags }: ControlFlags & LogFlags) => {
      const input = {
        ...(before === undefined ? {} : { before: String(before) }),
        ...(count === undefined ? {} : { count: String(count) }),
        ...(search === undefined ? {} : { search }),
        ...(hidden === false ? { hidden: 'no' as const } : {}),
      };
      return run(commands, 'log', input, flags, ({ messages }) => tellMessages(messages));
    });
  for (const name of ['hide', 'unhide'] as const) {
    const what = name === 'hide' ? 'hide messages from everybody but staff' : 'show hidden messages again';
    controlCommand(program, name, what, [`${name} 12`, `${name} 12 13 14`])
      .argument('<messages...>', 'their numbers', numbers)
      .action((messageIds: number[], flags: ControlFlags) => run(commands, name, { messageIds }, flags, tellEntry));
  }
  controlCommand(program, 'pin', 'pin a message above the talk', ['pin 12'])
    .argument('<message>', 'its number', number)
    .action((messageId: number, flags: ControlFlags) => run(commands, 'pin', { messageId }, flags, tellEntry));
  controlCommand(program, 'unpin', 'take the pinned message down', ['unpin']).action((flags: ControlFlags) =>
    run(commands, 'unpin', {}, flags, tellEntry),
  );
}

interface LogFlags {
  readonly before?: number;
  readonly count?: number;
  readonly search?: string;
  readonly hidden?: boolean;
}

function addSwitchCommands(commands: Commands): void {
  const { program } = commands;
  const turn = (words: Readonly<Record<string, string>>, flags: ControlFlags): Promise<void> =>
    run(commands, 'setModes', words, flags, tellEntry);
  controlCommand(program, 'modes', 'show the switches of the chat, or turn them', [
    'modes',
    'modes slow=12s captcha=first',
  ])
    .argument('[switches...]', 'NAME=VALUE')
    .action((given: string[], flags: ControlFlags) => {
      const pairs = given.map((one): [string, string] => {
        const [name = '', ...value] = one.split('=');
        return [name, value.join('=')];
      });
      return given.length === 0 ? run(commands, 'modes', {}, flags, tellModes) : turn(Object.fromEntries(pairs), flags);
    });
  controlCommand(program, 'slow', 'slow mode: one message of a viewer in this time', ['slow 30s', 'slow off'])
    .argument('<time>', 'a time, or off')
    .action((slow: string, flags: ControlFlags) => turn({ slow }, flags));
  controlCommand(program, 'lock', 'nobody but staff writes', ['lock']).action((flags: ControlFlags) =>
    turn({ locked: 'on' }, flags),
  );
  controlCommand(program, 'unlock', 'everybody writes again', ['unlock']).action((flags: ControlFlags) =>
    turn({ locked: 'off' }, flags),
  );
  controlCommand(program, 'members', 'nobody but members and staff writes', ['members on', 'members off'])
    .argument('<on|off>', 'on or off')
    .action((members: string, flags: ControlFlags) => turn({ members }, flags));
  controlCommand(program, 'hold', 'messages of people who are unknown here wait for approval', ['hold on', 'hold off'])
    .argument('<on|off>', 'on or off')
    .action((word: string, flags: ControlFlags) => turn({ hold_first: word }, flags));
  controlCommand(program, 'held', 'show the messages that wait for approval', ['held']).action((flags: ControlFlags) =>
    run(commands, 'held', {}, flags, ({ held }) => tellHeld(held)),
  );
  for (const name of ['approve', 'decline'] as const) {
    const what = name === 'approve' ? 'let messages in that wait' : 'decline messages that wait';
    controlCommand(program, name, what, [`${name} 1790000000000`])
      .argument('<held...>', 'their numbers, as held shows them', numbers)
      .action((heldIds: number[], flags: ControlFlags) => run(commands, name, { heldIds }, flags, tellEntry));
  }
}

function addPollCommands(commands: Commands): void {
  const poll = commands.program.command('poll').description('show, open or close the poll');
  controlCommand(poll, 'show', 'show the poll and its votes', ['poll', 'poll show --json'], true).action(
    (flags: ControlFlags) => run(commands, 'poll', {}, flags, (output) => tellPoll(output.poll)),
  );
  controlCommand(poll, 'open', 'ask everybody a question', ["poll open 'Tea or coffee?' Tea Coffee --for 5m"])
    .argument('<question>', 'one line')
    .argument('<answers...>', 'two to six')
    .option('--for <time>', 'closes by itself then', duration)
    .action((question: string, options: string[], { for: forMs, ...flags }: ControlFlags & { for?: number }) =>
      run(commands, 'openPoll', { question, options, ...(forMs === undefined ? {} : { forMs }) }, flags, (output) =>
        tellPoll(output.poll),
      ),
    );
  controlCommand(poll, 'close', 'close the poll; the result is announced', ['poll close']).action(
    (flags: ControlFlags) => run(commands, 'closePoll', {}, flags, (output) => tellPoll(output.poll)),
  );
}

function addFilterCommands(commands: Commands): void {
  const filter = commands.program.command('filter').description('show, add or remove word filters');
  controlCommand(filter, 'list', 'show the word filters', ['filter', 'filter list --json'], true).action(
    (flags: ControlFlags) => run(commands, 'filters', {}, flags, tellFilters),
  );
  controlCommand(filter, 'add', 'add a word filter, from the next message on', [
    "filter add censor 'bad word'",
    'filter add block casino --parts',
    "filter add hold '\\d{4}-\\d{4}' --pattern",
  ])
    .argument('<action>', 'censor, hold, block or ban', filterAction)
    .argument('<words>', 'what to find')
    .option('--parts', 'in the middle of words, too')
    .option('--pattern', 'it is a pattern of RE2')
    .action((action: FilterAction, words: string, { parts, pattern, ...flags }: ControlFlags & FilterFlags) => {
      const what =
        pattern === true ? { pattern: words } : { text: words, ...(parts === true ? { wholeWords: false } : {}) };
      return run(commands, 'addFilter', { action, ...what }, flags, tellEntry);
    });
  controlCommand(filter, 'remove', 'remove a word filter that was added while live', ['filter remove 40'])
    .argument('<filter>', 'its number, as list shows it', number)
    .action((filterId: number, flags: ControlFlags) => run(commands, 'removeFilter', { filterId }, flags, tellEntry));
}

interface FilterFlags {
  readonly parts?: true;
  readonly pattern?: true;
}
