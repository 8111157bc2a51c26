import type { ModerationCommand } from '../chat/moderation/command.ts';
import type { PollWish } from '../chat/poll.ts';
import type { FormFields } from './form-body.ts';
import { staffFields as names } from '../views/staff-fields.ts';

/** Reads what a button of the staff's forms asks for; undefined for what none of them sends. `invite` is not among them: its secret is made elsewhere. */
export function staffCommandOf(fields: FormFields): ModerationCommand | undefined {
  const [verb = '', argument = ''] = (fields.get(names.action) ?? '').split(':', 2);
  const id = /^\d{1,15}$/.test(argument) ? Number(argument) : undefined;
  return onPerson(verb, fields) ?? onThing(verb, id) ?? onRoom(verb, fields);
}

function onPerson(verb: string, fields: FormFields): ModerationCommand | undefined {
  const viewerId = fields.get(names.person) ?? '';
  if (!/^[\w-]{1,64}$/.test(viewerId)) return undefined;
  const reason = fields.get(names.reason) ?? '';
  const forMs = Number(fields.get(names.seconds) ?? Number.NaN) * 1000;
  switch (verb) {
    case 'time-out':
    case 'kick':
      return { kind: verb, viewerId, forMs, reason };
    case 'ban': {
      const options = { hideAll: fields.has(names.hideAll), endVideo: fields.has(names.endVideo) };
      return { kind: verb, viewerId, reason, ...options };
    }
    case 'unban':
    case 'purge':
      return { kind: verb, viewerId };
    case 'note':
      return { kind: verb, viewerId, text: fields.get(names.note) ?? '' };
    case 'appoint-person':
      return { kind: 'appoint', by: { kind: 'viewer', viewerId }, label: fields.get(names.label) ?? '' };
    default:
      return undefined;
  }
}

function onThing(verb: string, id: number | undefined): ModerationCommand | undefined {
  if (id === undefined) return undefined;
  switch (verb) {
    case 'hide':
    case 'unhide':
      return { kind: verb, messageIds: [id] };
    case 'pin':
      return { kind: verb, messageId: id };
    case 'approve':
    case 'decline':
      return { kind: verb, heldIds: [id] };
    case 'lift':
      return { kind: verb, sanctionId: id };
    case 'revoke':
      return { kind: verb, moderatorId: id };
    case 'revoke-invitation':
      return { kind: verb, invitationId: id };
    case 'undo':
      return { kind: verb, entryId: id };
    default:
      return undefined;
  }
}

function onRoom(verb: string, fields: FormFields): ModerationCommand | undefined {
  switch (verb) {
    case 'unpin':
      return { kind: verb };
    case 'announce':
      return { kind: verb, text: fields.get(names.announcement) ?? '' };
    case 'close-poll':
      return { kind: verb };
    case 'open-poll':
      return { kind: verb, ...pollOf(fields) };
    case 'mode': {
      const words = [...fields].filter(([name]) => name.startsWith(names.modePrefix));
      return {
        kind: verb,
        changes: Object.fromEntries(words.map(([name, word]) => [name.slice(names.modePrefix.length), word.trim()])),
      };
    }
    case 'appoint': {
      const code = (fields.get(names.tripcode) ?? '').trim().replace(/^!/u, '');
      return { kind: verb, by: { kind: 'tripcode', code }, label: fields.get(names.label) ?? '' };
    }
    default:
      return undefined;
  }
}

function pollOf(fields: FormFields): PollWish {
  const options = [...fields].filter(([name]) => name.startsWith(names.pollOptionPrefix)).map(([, option]) => option);
  const seconds = fields.get(names.pollSeconds) ?? '';
  const end = seconds === '' ? {} : { forMs: Number(seconds) * 1000 };
  return { question: fields.get(names.pollQuestion) ?? '', options, ...end };
}
