import type { OperationOutput } from '../http/control/operations.ts';
import type { ControlFlags } from './control/ask.ts';
import { type Commands, controlCommand, run } from './control/control-command.ts';
import { number } from './control/parse.ts';

/** Commands about the tors that carry the public service. */
export function addTorCommands(commands: Commands): void {
  const tor = commands.program
    .command('tor')
    .description('show the tors that carry the stream, and take one out of use for newcomers');
  controlCommand(tor, 'status', 'show how each of them is', ['tor status', 'tor status --json'], true).action(
    (flags: ControlFlags) => run(commands, 'tors', {}, flags, tellTors),
  );
  const acts = [
    ['drain', 'drainTor', 'send newcomers to the others; who is there stays'],
    ['undrain', 'undrainTor', 'let newcomers come to it again'],
  ] as const;
  for (const [name, operation, what] of acts) {
    controlCommand(tor, name, what, [`tor ${name} 2`])
      .argument('<number>', 'of the tor, from 1', number)
      .action((which: number, flags: ControlFlags) => run(commands, operation, { number: which }, flags, tellTors));
  }
}

const ways = {
  none: 'One tor carries the stream.',
  links: 'Each tor has an address of its own; newcomers to the first are sent on to the one with the fewest viewers.',
  onionbalance: 'All tors carry one address, which Onionbalance announces.',
} as const;

const balanceWords = {
  waiting: 'waits for a tor that it could announce',
  running: 'is running',
  restarting: 'is gone and comes back',
  stopped: 'is off',
} as const;

type Tors = OperationOutput<'tors'>;

function tellTors({ spread, tors, balance }: Tors): string {
  if (tors.length === 0) return 'No tor of ours is running.\n';
  return [ways[spread], ...tors.map(tellTor), ...(balance === undefined ? [] : [tellBalance(balance)]), ''].join('\n');
}

function tellTor({ number: which, isDraining, address, lastError, ...tor }: Tors['tors'][number]): string {
  const facts = [
    tor.state === 'bootstrapping' ? `bootstrapping ${tor.progress} %` : tor.state,
    ...(isDraining ? ['takes no newcomers'] : []),
    ...(tor.circuits === undefined ? [] : [`${tor.circuits} circuits of visitors`]),
    ...(tor.introductionPoints === undefined ? [] : [`${tor.introductionPoints} introduction points`]),
    `descriptor taken ${tor.descriptorUploads} times`,
    ...(tor.restarts === 0 ? [] : [`started again ${tor.restarts} times`]),
    ...(lastError === undefined ? [] : [lastError]),
  ];
  return `  ${which}  ${facts.join(', ')}${address === undefined ? '' : `\n     http://${address}/`}`;
}

function tellBalance({ state, restarts, lastError }: NonNullable<Tors['balance']>): string {
  const again = restarts === 0 ? '' : `, started again ${restarts} times`;
  return `  Onionbalance ${balanceWords[state]}${again}${lastError === undefined ? '' : ` (${lastError})`}`;
}
