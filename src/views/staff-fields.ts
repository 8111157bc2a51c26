import type { Texts } from './texts/en.ts';

/** Names of the fields of the staff's forms. The value of `action` is a verb, with the id of what it is about behind a colon: `hide:12`. */
export const staffFields = {
  token: 'token',
  action: 'do',
  /** Where its row is (`RowOrigin`). */
  origin: 'from',
  /** The message that the panel is about. */
  message: 'm',
  /** A viewer's id. */
  person: 'person',
  seconds: 'for',
  reason: 'reason',
  hideAll: 'hide-all',
  endVideo: 'end-video',
  note: 'note',
  label: 'label',
  tripcode: 'tripcode',
  announcement: 'announcement',
  pollQuestion: 'poll-question',
  /** Before the number of an answer, from 1. */
  pollOptionPrefix: 'poll-option-',
  /** Empty for a poll that staff close themselves. */
  pollSeconds: 'poll-for',
  /** Before the name of a switch. */
  modePrefix: 'mode-',
  tab: 'tab',
} as const;

/** The parts of the staff's page. */
export const staffTabs = ['held', 'sanctions', 'switches', 'staff', 'log'] as const;
export type StaffTab = (typeof staffTabs)[number];

/** Times to choose from, in seconds: within what time-outs may last. */
export const durationChoices = [10, 60, 600, 3600, 86_400, 604_800, 1_209_600] as const;
/** For invitations. */
export const invitationChoices = [3600, 86_400, 604_800] as const;

/** The keys of the panel's buttons where script listens, each with what it does, as the list of keys shows them. */
export function toolKeys({ staff }: Texts): readonly (readonly [key: string, meaning: string])[] {
  return [
    ['h', staff.hide],
    ['p', staff.pin],
    ['t', staff.timeOut],
    ['k', staff.kick],
    ['a', staff.purge],
    ['b', staff.ban],
    ['l', staff.lift],
    ['z', staff.undo],
  ];
}
