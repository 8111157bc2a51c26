import { z } from 'zod';
import { accessModes } from '../../admission/admission.ts';
import { invitationBounds } from '../../access/access-invitations.ts';
import { filterActions } from '../../chat/word-filter.ts';
import { onionOperations } from './onion-operation.ts';
import { operation } from './operation.ts';
import { recordingOperationList } from './recording-operation.ts';
import { scheduleOperationList } from './schedule-operation.ts';
import { torOperationList } from './tor-operation.ts';
import {
  circuitsShape,
  torShape,
  entryShape,
  guestShape,
  heldShape,
  id,
  invitationShape,
  invitedShape,
  messageShape,
  moderatorShape,
  modesShape,
  personShape,
  pollShape,
  sanctionShape,
  streamShape,
  viewerId,
} from './shapes.ts';

/** Texts are cut down to what the chat allows by its own rules; this only bounds what is looked at. */
const text = z.string().max(8192);
const nothing = z.strictObject({});
const number = z
  .string()
  .regex(/^\d{1,15}$/u)
  .transform(Number);
const ids = z.array(id).min(1).max(500).readonly();
const whom = {
  viewerId: z.exactOptional(viewerId).describe('Who is meant;'),
  messageId: z.exactOptional(id).describe('or whoever wrote this message. One of the two.'),
};
const forMs = z.int().min(1).describe('For how long, in milliseconds.');
const reason = z.exactOptional(text).describe('Shown to the person.');
const acted = z.strictObject({ entry: entryShape }).describe('What was done, as the audit log has it.').readonly();

const filterFields = {
  action: z
    .enum(filterActions)
    .describe('`censor`: a black bar; `hold`: staff are asked first; `block`: refused; `ban`.'),
  text: z.exactOptional(z.string()).describe('Words, found behind case, accents and look-alike letters;'),
  wholeWords: z.exactOptional(z.boolean()).describe('whole ones only unless this is false.'),
  pattern: z.exactOptional(z.string()).describe('Or a pattern of RE2. One of the two.'),
};

/** Everything that can be asked, by name. The stream of events is `GET /events` besides. */
export const operations = {
  status: operation(
    'GET /status',
    'How everything stands.',
    nothing,
    z
      .strictObject({
        version: z.string().describe('Of Onioncast.'),
        pid: z.int(),
        stream: streamShape,
        watching: z.int().describe('People who receive the stream.'),
        waiting: z.int().describe('People in the queue, as far as is known.'),
        pressure: z.enum(['calm', 'busy', 'exhausted']).describe('Whether the machine can take more.'),
        tor: z.exactOptional(torShape).describe('Our own tor.'),
        circuits: z.exactOptional(circuitsShape),
        modes: modesShape,
        poll: z.exactOptional(pollShape),
        pinned: z.exactOptional(messageShape),
        held: z.int().describe('Messages that wait for approval.'),
        sanctions: z.int().describe('What holds against people.'),
      })
      .readonly(),
  ),
  title: operation('GET /title', 'The title.', nothing, z.strictObject({ title: z.string() }).readonly()),
  setTitle: operation(
    'PUT /title',
    'Changes the title for everybody. Empty: that of the configuration.',
    z.strictObject({ title: text }),
    z.strictObject({ title: z.string().describe('As shown: one line of at most 128 characters.') }).readonly(),
  ),
  say: operation(
    'POST /say',
    'Writes into the chat, under the mark of the broadcaster.',
    z.strictObject({ text, replyTo: z.exactOptional(id).describe('Message that is answered.') }),
    z.strictObject({ messageId: id }).readonly(),
  ),
  announce: operation(
    'POST /announce',
    'Says something as the house, set apart from the talk.',
    z.strictObject({ text }),
    acted,
  ),
  hide: operation('POST /hide', 'Hides messages from everybody but staff.', z.strictObject({ messageIds: ids }), acted),
  unhide: operation('POST /unhide', 'Shows hidden messages again.', z.strictObject({ messageIds: ids }), acted),
  people: operation(
    'GET /people',
    'Who is here.',
    nothing,
    z
      .strictObject({
        total: z.int().describe('How many people are here.'),
        watching: z.int().describe('How many of them receive the stream.'),
        people: z.array(personShape).readonly().describe('At most 200 of each group.'),
      })
      .readonly(),
  ),
  timeOut: operation(
    'POST /time-out',
    'Somebody may not write for a while: 10 seconds to two weeks.',
    z.strictObject({ ...whom, forMs, reason }),
    acted,
  ),
  ban: operation(
    'POST /ban',
    'Somebody may not write until it is lifted.',
    z.strictObject({
      ...whom,
      reason,
      hideAll: z.exactOptional(z.boolean()).describe('Hides all they wrote.'),
      endVideo: z.exactOptional(z.boolean()).describe('Puts them out of stream and page as well.'),
    }),
    acted,
  ),
  kick: operation(
    'POST /kick',
    'Puts somebody out of stream and chat for a while; 10 minutes unless said otherwise.',
    z.strictObject({ ...whom, forMs: z.exactOptional(forMs), reason }),
    acted,
  ),
  unban: operation('POST /unban', 'Lifts all that holds against somebody.', z.strictObject(whom), acted),
  lift: operation('POST /lift', 'Lifts one sanction.', z.strictObject({ sanctionId: id }), acted),
  purge: operation('POST /purge', 'Hides all that somebody wrote.', z.strictObject(whom), acted),
  note: operation(
    'POST /note',
    'Notes something about somebody for staff; empty removes it.',
    z.strictObject({ ...whom, text }),
    acted,
  ),
  sanctions: operation(
    'GET /sanctions',
    'What holds against people, also those who are away.',
    nothing,
    z.strictObject({ sanctions: z.array(sanctionShape).readonly() }).readonly(),
  ),
  log: operation(
    'GET /log',
    'The messages that are kept, oldest first.',
    z.strictObject({
      before: z.exactOptional(number).describe('Only older ones than this message.'),
      count: z.exactOptional(number).describe('At most so many; 100 unless said otherwise, 500 at most.'),
      search: z.exactOptional(z.string().max(100)).describe('Only those that hold all of these words.'),
      hidden: z
        .exactOptional(z.enum(['yes', 'no']))
        .describe('Whether hidden ones are among them; yes unless said otherwise.'),
    }),
    z.strictObject({ messages: z.array(messageShape).readonly(), hasOlder: z.boolean() }).readonly(),
  ),
  poll: operation(
    'GET /poll',
    'The open poll with its votes.',
    nothing,
    z.strictObject({ poll: z.exactOptional(pollShape).describe('Absent: there is none.') }).readonly(),
  ),
  openPoll: operation(
    'POST /poll/open',
    'Asks everybody a question.',
    z.strictObject({
      question: text,
      options: z.array(z.string().max(1024)).max(32).readonly().describe('Two to six.'),
      forMs: z.exactOptional(forMs),
    }),
    z.strictObject({ entry: entryShape, poll: pollShape }).readonly(),
  ),
  closePoll: operation(
    'POST /poll/close',
    'Closes the poll; the result is announced.',
    nothing,
    z.strictObject({ entry: entryShape, poll: pollShape.describe('How it ended.') }).readonly(),
  ),
  modes: operation('GET /modes', 'The switches of the chat.', nothing, modesShape),
  setModes: operation(
    'PUT /modes',
    'Turns switches; those that are not named stay.',
    modesShape.unwrap().partial(),
    acted,
  ),
  pin: operation('POST /pin', 'Pins a message above the talk.', z.strictObject({ messageId: id }), acted),
  unpin: operation('POST /unpin', 'Takes the pinned message down.', nothing, acted),
  held: operation(
    'GET /held',
    'Messages that wait for approval, oldest first.',
    nothing,
    z.strictObject({ held: z.array(heldShape).readonly() }).readonly(),
  ),
  approve: operation('POST /approve', 'Lets held messages in.', z.strictObject({ heldIds: ids }), acted),
  decline: operation('POST /decline', 'Declines held messages.', z.strictObject({ heldIds: ids }), acted),
  moderators: operation(
    'GET /moderators',
    'Who moderates.',
    nothing,
    z.strictObject({ moderators: z.array(moderatorShape).readonly() }).readonly(),
  ),
  appoint: operation(
    'POST /moderators/appoint',
    'Makes somebody a moderator: a person who is here, or whoever bears a tripcode (not a weak one).',
    z.strictObject({
      label: text.describe('How staff know them.'),
      ...whom,
      tripcode: z.exactOptional(z.string().max(64)),
    }),
    acted,
  ),
  revoke: operation('POST /moderators/revoke', 'Ends an appointment.', z.strictObject({ moderatorId: id }), acted),
  invitations: operation(
    'GET /invitations',
    'Invitations to moderate, the oldest first.',
    nothing,
    z.strictObject({ invitations: z.array(invitationShape).readonly() }).readonly(),
  ),
  invite: operation(
    'POST /invitations/create',
    'Makes a link that makes whoever opens and confirms it first a moderator.',
    z.strictObject({
      label: text,
      forMs: z
        .exactOptional(forMs)
        .describe('How long it can be used, an hour to a week; a day unless said otherwise.'),
    }),
    z
      .strictObject({
        entry: entryShape,
        path: z.string().describe('Address of the link on this site. It is shown this one time.'),
      })
      .readonly(),
  ),
  revokeInvitation: operation(
    'POST /invitations/revoke',
    'Makes an open invitation void.',
    z.strictObject({ invitationId: id }),
    acted,
  ),
  guests: operation(
    'GET /guests',
    'Who was invited: to a private address with a key, past the door with links. By name.',
    nothing,
    z
      .strictObject({
        isPrivate: z.boolean().describe('Whether only those who have a key find the address (`tor.private`).'),
        guests: z.array(guestShape).readonly(),
      })
      .readonly(),
  ),
  inviteGuest: operation(
    'POST /guests/invite',
    'Gives somebody what they need to come in: a key where the address is private, a link where the door is not open to everybody.',
    z.strictObject({
      name: z
        .string()
        .min(1)
        .max(invitationBounds.labelCharacters)
        .describe('Whom; for a key, letters, digits, - and _.'),
      only: z.exactOptional(z.enum(['key', 'link'])).describe('This alone, whatever they need.'),
      uses: z
        .exactOptional(z.int().min(1).max(invitationBounds.maxUses))
        .describe('How many people the link lets in; one unless said otherwise.'),
      forMs: z
        .exactOptional(z.int().min(invitationBounds.minMs).max(invitationBounds.maxMs))
        .describe('How long it can be used, in milliseconds, a minute to a year; a week unless said otherwise.'),
    }),
    invitedShape,
  ),
  revokeGuest: operation(
    'POST /guests/revoke',
    'Takes back all that somebody was given, and puts them out at once.',
    z.strictObject({ name: z.string().min(1).max(invitationBounds.labelCharacters) }),
    z
      .strictObject({
        hadKey: z.boolean().describe('Whether a key was among it: then the address has new introduction points.'),
        links: z.int().describe('How many links were among it.'),
      })
      .readonly(),
  ),
  setDoorPassword: operation(
    'POST /door/password',
    'Sets the password of the door, for `access.mode` "password"; whoever came by the one before is out.',
    z.strictObject({
      password: z
        .exactOptional(z.string().max(256))
        .describe('8 characters at least; one is made unless said otherwise.'),
    }),
    z
      .strictObject({
        password: z.exactOptional(z.string()).describe('The one that was made. It is shown this one time.'),
        mode: z.enum(accessModes).describe('Who may come in now: it is asked for where this is "password".'),
      })
      .readonly(),
  ),
  audit: operation(
    'GET /audit',
    'What staff, the operator and the house did, oldest first.',
    z.strictObject({
      before: z.exactOptional(number).describe('Only older entries than this one.'),
      count: z.exactOptional(number).describe('At most so many; 50 unless said otherwise, 500 at most.'),
    }),
    z.strictObject({ entries: z.array(entryShape).readonly(), hasOlder: z.boolean() }).readonly(),
  ),
  undo: operation(
    'POST /undo',
    'Takes back what an entry of the audit log did.',
    z.strictObject({ entryId: id }),
    acted,
  ),
  emotes: operation(
    'GET /emotes',
    'Codes of the emotes.',
    nothing,
    z.strictObject({ codes: z.array(z.string()).readonly() }).readonly(),
  ),
  reloadEmotes: operation(
    'POST /emotes/reload',
    'Reads the directory of the emotes again.',
    nothing,
    z.strictObject({ codes: z.array(z.string()).readonly() }).readonly(),
  ),
  filters: operation(
    'GET /filters',
    'The word filters: those of the configuration first, which only the configuration changes.',
    nothing,
    z
      .strictObject({
        filters: z
          .array(
            z
              .strictObject({
                id: z
                  .exactOptional(id)
                  .describe('Names it, for `/filters/remove`; absent in those of the configuration.'),
                ...filterFields,
              })
              .readonly(),
          )
          .readonly(),
      })
      .readonly(),
  ),
  addFilter: operation(
    'POST /filters/add',
    'Adds a word filter, from the next message on.',
    z.strictObject(filterFields),
    acted,
  ),
  removeFilter: operation(
    'POST /filters/remove',
    'Removes one that was added while live.',
    z.strictObject({ filterId: id }),
    acted,
  ),
  ...onionOperations,
  ...scheduleOperationList,
  ...recordingOperationList,
  ...torOperationList,
} as const;

export type OperationName = keyof typeof operations;

/** What an operation is asked with, as it is sent. */
export type OperationInput<Name extends OperationName> = z.input<(typeof operations)[Name]['input']>;

/** What an operation gives back. */
export type OperationOutput<Name extends OperationName> = z.output<(typeof operations)[Name]['output']>;

/** What every refusal looks like. */
export const errorShape = z.strictObject({
  error: z.strictObject({
    code: z.string().describe('Stable: programs go by it.'),
    message: z.string().describe('A sentence for a person.'),
  }),
});
