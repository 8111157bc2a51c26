import { withIdleGuests } from '../app/idle-guests.ts';
import { checkWhoFinds } from '../app/private-address.ts';
import { AppError } from '../errors.ts';
import type { BoundOperation } from '../http/control/control-server.ts';
import { jsonLine } from '../http/control/json-line.ts';
import {
  type OperationInput,
  type OperationName,
  type OperationOutput,
  operations,
} from '../http/control/operations.ts';
import { ControlRefusal } from '../http/control/refusals.ts';
import { ask, type ControlFlags } from './control/ask.ts';
import { exitCodes } from './failure.ts';
import { type QrWish, usualQr } from './qr-option.ts';
import { loadServeConfig } from './serve-config.ts';
import { tellGuests, tellInvited, tellPassword, tellRevoked } from './tell-guests.ts';

/** Flags of `onioncast invite`. */
export interface InviteFlags extends ControlFlags {
  readonly list?: boolean;
  readonly revoke?: string;
  readonly password?: boolean;
  readonly key?: boolean;
  readonly link?: boolean;
  readonly uses?: number;
  readonly for?: number;
  readonly qr?: QrWish;
}

/**
 * Invites, lists or revokes, at the running server, or in the data directory of one that is stopped. Returns the exit code. Throws CONFIG_INVALID for
 * flags that do not go together, DATA_DIRECTORY, CONTROL_REFUSED.
 */
export async function runInvite(
  name: string | undefined,
  flags: InviteFlags,
  process: NodeJS.Process,
): Promise<number> {
  // Threat: T26. Keys are for this user alone, even if this command is the one that makes them.
  process.umask(0o077);
  const { list = false, revoke, password = false, key = false, link = false, uses, for: forMs } = flags;
  if ([name !== undefined, list, revoke !== undefined, password].filter(Boolean).length !== 1) {
    throw new AppError(
      'CONFIG_INVALID',
      'Say one thing: a name, --list, --revoke NAME or --password. See: onioncast invite --help',
    );
  }
  if (key && link)
    throw new AppError('CONFIG_INVALID', '--key and --link are each "this alone"; without them both are given.');
  if (list) return await carryOut('guests', {}, flags, tellGuests);
  if (revoke !== undefined) return await carryOut('revokeGuest', { name: revoke }, flags, tellRevoked);
  if (password) return await carryOut('setDoorPassword', {}, flags, tellPassword);
  const wish = {
    name: name ?? '',
    ...(key && { only: 'key' as const }),
    ...(link && { only: 'link' as const }),
    ...(uses !== undefined && { uses }),
    ...(forMs !== undefined && { forMs }),
  };
  return await carryOut('inviteGuest', wish, flags, (invited) => tellInvited(invited, flags.qr ?? usualQr(process)));
}

async function carryOut<Name extends OperationName>(
  name: Name,
  input: OperationInput<Name>,
  flags: InviteFlags,
  tell: (output: OperationOutput<Name>) => string,
): Promise<number> {
  try {
    return await ask(name, input, flags, tell);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'CONTROL_UNREACHABLE') throw error;
  }
  const { data, config } = flags;
  const settings = loadServeConfig(
    { ...(data !== undefined && { data }), ...(config !== undefined && { config }) },
    process,
  );
  if (name === 'inviteGuest') await checkWhoFinds(settings, settings.data);
  const output = await withIdleGuests(settings, (all) => runIdle(all, name, input));
  const told = name === 'guests' ? tell(output) : `${tell(output)}\n${idleNote(settings.data)}\n`;
  process.stdout.write(flags.json === true ? jsonLine(output) : told);
  return exitCodes.stopped;
}

/** Whoever meant another server is to notice. */
function idleNote(data: string): string {
  return `No Onioncast is running with the data directory ${data}: this holds from its next start.`;
}

/** The same operations, without a server around them. */
async function runIdle<Name extends OperationName>(
  all: readonly BoundOperation[],
  name: Name,
  input: OperationInput<Name>,
): Promise<OperationOutput<Name>> {
  const { method, path, output } = operations[name];
  const found = all.find((one) => one.method === method && one.path === path);
  try {
    return output.parse(await found?.run(input)) as OperationOutput<Name>;
  } catch (error) {
    if (error instanceof ControlRefusal) throw new AppError('CONTROL_REFUSED', error.message, { cause: error });
    throw error;
  }
}
