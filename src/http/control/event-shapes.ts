import { z } from 'zod';
import {
  authorShape,
  entryShape,
  heldShape,
  id,
  messageShape,
  modesShape,
  pollShape,
  streamShape,
  viewerId,
} from './shapes.ts';

/** The version of the lines. New events and new fields do not change it; fields that go or change their meaning do. */
export const eventsVersion = 1;

const common = {
  v: z.literal(eventsVersion).describe('Version of this schema.'),
};
const placed = {
  ...common,
  cursor: z.string().describe('Where this line stands: `--since` goes on after it.'),
};

/** Every line of the stream of events, by its `event`. */
export const eventShapes = {
  hello: z
    .strictObject({
      event: z.literal('hello'),
      ...placed,
      stream: streamShape,
      watching: z.int().describe('People who receive the stream.'),
      modes: modesShape,
      poll: z.exactOptional(pollShape),
      pinnedId: z.exactOptional(id),
      held: z.array(heldShape).readonly().describe('Messages that wait for approval.'),
    })
    .describe('The first line: how everything stands.'),
  gap: z
    .strictObject({ event: z.literal('gap'), ...common })
    .describe(
      'Comes second when the cursor is unknown or too old: what follows is all that is kept, and something was missed.',
    ),
  message: z
    .strictObject({ event: z.literal('message'), ...placed, message: messageShape })
    .describe('Somebody has said something.'),
  removed: z
    .strictObject({ event: z.literal('removed'), ...placed, messageIds: z.array(id).readonly() })
    .describe('Staff have hidden messages. Forget them.'),
  restored: z
    .strictObject({ event: z.literal('restored'), ...placed, messageIds: z.array(id).readonly() })
    .describe('Hidden messages are shown again.'),
  name: z
    .strictObject({ event: z.literal('name'), ...placed, viewerId, author: authorShape })
    .describe('Somebody has changed name, colour or tripcode.'),
  stream: z
    .strictObject({ event: z.literal('stream'), ...placed, stream: streamShape })
    .describe('State or title of the stream have changed.'),
  people: z
    .strictObject({ event: z.literal('people'), ...placed, watching: z.int() })
    .describe('The number of people who receive the stream has changed; once a second at most.'),
  poll: z
    .strictObject({ event: z.literal('poll'), ...placed, poll: z.exactOptional(pollShape) })
    .describe('A poll was opened, has new votes, or is closed (then there is no `poll`).'),
  modes: z.strictObject({ event: z.literal('modes'), ...placed, modes: modesShape }).describe('Switches were turned.'),
  pinned: z
    .strictObject({ event: z.literal('pinned'), ...placed, messageId: z.exactOptional(id) })
    .describe('Another message is pinned, or none.'),
  held: z
    .strictObject({ event: z.literal('held'), ...placed, held: heldShape })
    .describe('A message waits for approval.'),
  unheld: z
    .strictObject({ event: z.literal('unheld'), ...placed, heldIds: z.array(id).readonly() })
    .describe('Messages wait no longer: approved (then `message` follows or went before), declined, or too old.'),
  act: z
    .strictObject({ event: z.literal('act'), ...placed, entry: entryShape })
    .describe('Staff, the operator or the house have done something.'),
  end: z
    .strictObject({
      event: z.literal('end'),
      ...common,
      reason: z
        .enum(['closed', 'slow', 'lost'])
        .describe(
          'The server stops; you did not read fast enough; or (said by the command itself) the connection broke.',
        ),
    })
    .describe('The last line.'),
} as const;

/** Any line. */
export type ControlEvent = z.input<(typeof eventShapes)[keyof typeof eventShapes]>;

/** A line of the program's reader: as written, or of an event that it does not know. */
export const eventLine = z.discriminatedUnion('event', [
  eventShapes.hello,
  eventShapes.gap,
  eventShapes.message,
  eventShapes.removed,
  eventShapes.restored,
  eventShapes.name,
  eventShapes.stream,
  eventShapes.people,
  eventShapes.poll,
  eventShapes.modes,
  eventShapes.pinned,
  eventShapes.held,
  eventShapes.unheld,
  eventShapes.act,
  eventShapes.end,
]);
