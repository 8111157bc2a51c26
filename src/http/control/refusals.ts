import type { ModerationRule } from '../../chat/moderation/command.ts';
import type { ScheduleRefusal } from '../../broadcast/schedule.ts';
import type { GuestRule } from '../../access/guests.ts';
import type { RefusalRule } from '../../chat/refusal.ts';

/** Why the socket itself does not do what was asked. */
type SocketRule =
  | 'bad-request'
  | 'unknown-operation'
  | 'method-not-allowed'
  | 'too-large'
  | 'unsupported-type'
  | 'busy'
  | 'internal'
  | 'unknown-person'
  | 'not-stored'
  | 'unknown-guest'
  | 'password-bounds'
  | 'keeps-nothing'
  | 'unknown-tor'
  | 'last-tor'
  | 'filter';

/** Stable names of all that can be answered instead of a result. */
export type ControlCode = SocketRule | GuestRule | ModerationRule | RefusalRule | ScheduleRefusal | 'moment';

/** Thrown by whatever answers an operation; becomes `{"error":{"code","message"}}`. */
export class ControlRefusal extends Error {
  readonly code: ControlCode;

  /** `message`: a sentence; that of the code unless something more is to be said. */
  constructor(code: ControlCode, message?: string) {
    super(message ?? sentences[code] ?? `This is refused (${code}).`);
    this.name = 'ControlRefusal';
    this.code = code;
  }

  get status(): number {
    return statuses[this.code] ?? (this.code.startsWith('unknown-') ? 404 : 409);
  }
}

const statuses: Partial<Record<ControlCode, number>> = {
  'bad-request': 400,
  'unknown-operation': 404,
  'method-not-allowed': 405,
  'too-large': 413,
  'unsupported-type': 415,
  busy: 503,
  internal: 500,
  'unknown-mode': 400,
  duration: 400,
  filter: 400,
  moment: 400,
  'invitation-bounds': 400,
  'guest-name': 400,
  'password-bounds': 400,
  'not-allowed': 403,
  protected: 403,
  'not-stored': 507,
};

/** The words of this door are English, as those of the command line. */
const sentences: Partial<Record<ControlCode, string>> = {
  'bad-request': 'The request could not be understood.',
  'unknown-operation': 'There is no such operation.',
  'method-not-allowed': 'This operation wants another method.',
  'too-large': 'A request has at most 16 KiB.',
  'unsupported-type': 'The body must be application/json, not compressed.',
  busy: 'Too many programs are connected. Close one of them.',
  internal: 'Something went wrong on this server.',
  'unknown-person': 'Nobody is known by that: the message is not kept any more, or the house wrote it.',
  'not-stored': 'The disk refused it.',
  'keeps-nothing': 'This server keeps nothing ("ephemeral"), so it records nothing.',
  'not-allowed': 'This cannot be done from here.',
  protected: 'This cannot be done to the broadcaster.',
  'unknown-message': 'This message is not kept (any more).',
  'unknown-sanction': 'This does not hold (any more).',
  'invitation-bounds': 'The invitation is out of bounds, or could not be kept.',
  'unknown-tor': 'There is no tor of that number. onioncast tor status shows all.',
  'last-tor': 'No other tor takes newcomers: they could go nowhere.',
  'unknown-guest': 'Nobody was invited by this name, or it has been taken back. onioncast invite --list shows all.',
  'guest-name': 'A key is called by 1 to 32 letters a-z, digits, - and _, and begins with a letter or digit.',
  'guest-known':
    'Somebody is invited by this name already. Take it back first (onioncast invite --revoke NAME), or choose another one.',
  'guest-many': 'There are 200 keys, and the descriptor of an onion service has no room for more. Take one back first.',
  'address-open': 'Everybody finds the address, so a key would open nothing. Set tor.private = true and start again.',
  'nothing-closed':
    'Everybody may come in, without an invitation. To change that, set tor.private = true and start again (only who has a key finds the address), ' +
    'or close the door (access.mode, or the page "Access" of the desk); for a link all the same, add --link.',
  'password-bounds': 'A password has 8 characters at least, and 256 bytes at most.',
  'unknown-moderator': 'There is no such moderator.',
  'unknown-invitation': 'This invitation is not open.',
  'unknown-entry': 'There is no such entry in the audit log (any more).',
  'unknown-held': 'This does not wait (any more).',
  'unknown-mode': 'There is no such switch, or it cannot be set to that.',
  'unknown-filter': 'There is no such word filter, or it is one of the configuration.',
  'nothing-to-do': 'It is so already.',
  'nothing-to-undo': 'There is nothing left to take back.',
  moment: 'A time is like "10m" (from now), "21:30" or "2026-11-23 21:30" (UTC), at most 30 days away.',
  'is-on-air': 'The broadcast is on air: only its end can be planned. End it first.',
  'not-on-air': 'The broadcast is not on air.',
  'stop-before-start': 'It cannot end before it begins.',
  'stop-is-past': 'That time to end is past.',
  duration: 'That time is too short or too long.',
  'text-empty': 'There is no text.',
  'text-too-long': 'The text is too long.',
  'text-forbidden': 'The text is too long, or holds something that is not allowed.',
  'too-many': 'That is too much at once.',
  'poll-is-open': 'A poll is open already. Close it first.',
  'poll-question': 'The question must be one line of 1 to 140 characters.',
  'poll-options': 'A poll has two to six answers.',
  'poll-option-text': 'An answer must be one line of 1 to 60 characters.',
  'poll-same-options': 'Two answers are the same.',
  'poll-duration': 'A poll takes 10 seconds to 24 hours.',
  'no-poll': 'There is no poll.',
  empty: 'There is no text.',
  'too-long': 'The text is too long.',
  'too-many-lines': 'The text has too many lines.',
  malformed: 'The text holds something that is not allowed.',
  'reply-gone': 'The message that is answered is not kept (any more).',
};
