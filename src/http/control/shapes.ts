import { z } from 'zod';

/** What comes over the control socket, part by part. `docs/CONTROL.md` is written from the descriptions here. */

const atMs = z.int().describe('Unix time in milliseconds.');
/** Ids of messages, entries and the like. */
export const id = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
/** Who somebody is for as long as they keep their session; what it looks like is nobody's business but ours. */
export const viewerId = z.string().regex(/^[\w-]{1,64}$/u);
const capcode = z.enum(['broadcaster', 'moderator']);

export const authorShape = z
  .strictObject({
    name: z.string().describe('As shown; the default name while none was chosen.'),
    tag: z.exactOptional(z.string()).describe('Tells people without a name apart.'),
    colour: z.int().describe('Index into the palette.'),
    capcode: z.exactOptional(capcode).describe('The staff mark under which it was written.'),
    tripcode: z
      .exactOptional(z.strictObject({ code: z.string(), isWeak: z.boolean() }))
      .describe('Proves who knows a password; `isWeak`: the classic kind, which proves little.'),
  })
  .readonly()
  .meta({ id: 'Author' });

export const messageShape = z
  .strictObject({
    id: id.describe('Grows by one for each message.'),
    atMs,
    viewerId: z.exactOptional(viewerId).describe('Who wrote it; absent for the house.'),
    author: authorShape,
    text: z.string().describe('As its writer meant it, up to 20 lines. Never give it to a shell.'),
    quote: z
      .exactOptional(
        z.strictObject({
          messageId: id,
          name: z.string(),
          text: z.string(),
          isRemoved: z.exactOptional(z.literal(true)),
        }),
      )
      .describe('What it answers.'),
    mentions: z.exactOptional(z.array(z.string()).readonly()).describe('People whom the text names.'),
    isAnnouncement: z.exactOptional(z.literal(true)).describe('Said by the house.'),
    isHidden: z.exactOptional(z.literal(true)).describe('Staff have hidden it.'),
  })
  .readonly()
  .meta({ id: 'Message' });

export const actorShape = z
  .strictObject({
    kind: z.enum(['broadcaster', 'moderator', 'operator', 'house']),
    label: z.exactOptional(z.string()).describe('Which moderator.'),
  })
  .readonly()
  .meta({ id: 'Actor' });

export const entryShape = z
  .strictObject({
    id: id.describe('Names the entry, for `undo`.'),
    atMs,
    by: actorShape.describe('Who did it. `operator` is this socket, `house` a word filter or a clock.'),
    act: z.string().describe('What was done, by the name of the command: `hide`, `ban`, `mode`...'),
    target: z.string().describe('How the person or thing appeared at that time; may be empty.'),
    viewerId: z.exactOptional(viewerId).describe('Whom it was about.'),
    messageIds: z.array(id).readonly().describe('Messages that it hid, showed, let in or made.'),
    undoes: z.exactOptional(id).describe('The entry that was taken back.'),
  })
  .readonly()
  .meta({ id: 'Entry' });

export const sanctionShape = z
  .strictObject({
    id: id.describe('Names it, for `lift`.'),
    kind: z.enum(['time-out', 'ban', 'kick']),
    viewerId,
    label: z.string().describe('How the person appeared at that time.'),
    tripcode: z.exactOptional(z.string()).describe('Holds against whoever bears this one, too.'),
    endsVideo: z.boolean(),
    atMs,
    untilMs: z.exactOptional(z.int()).describe('Absent: until it is lifted.'),
    by: actorShape,
    reason: z.exactOptional(z.string()).describe('Shown to the person.'),
    appeal: z.exactOptional(z.string()).describe('What the person says about it.'),
  })
  .readonly()
  .meta({ id: 'Sanction' });

export const heldShape = z
  .strictObject({
    heldId: id.describe('Names it, for `approve` and `decline`.'),
    atMs,
    viewerId,
    reason: z.enum(['first', 'filter']).describe('The writer is unknown here, or a word filter has found something.'),
    author: authorShape,
    text: z.string(),
  })
  .readonly()
  .meta({ id: 'Held' });

export const pollShape = z
  .strictObject({
    id,
    question: z.string(),
    options: z.array(z.strictObject({ text: z.string(), votes: z.int() }).readonly()).readonly(),
    total: z.int().describe('Votes in all.'),
    openedAtMs: z.int(),
    closesAtMs: z.exactOptional(z.int()).describe('When it closes by itself.'),
  })
  .readonly()
  .meta({ id: 'Poll' });

export const circuitsShape = z
  .strictObject({
    visitors: z.int().describe('Circuits of visitors.'),
    introductionPoints: z.int().describe('Places in the network at which visitors can ask for us.'),
    effort: z.int().describe('The most work that one of these visitors has done to be let in; 0 in peace.'),
    suggestedEffort: z
      .exactOptional(z.int())
      .describe(
        'The work that the address asks of who comes now; absent where that is not known, as of a private one.',
      ),
  })
  .readonly()
  .meta({ id: 'Circuits' });

export const torShape = z
  .strictObject({
    state: z.enum(['starting', 'bootstrapping', 'publishing', 'ready', 'restarting', 'failed', 'stopped']),
    progress: z.int().describe('Its way into the network, 0 to 100.'),
    descriptorUploads: z
      .int()
      .describe('How many directories have taken the description of the address; without any nobody finds it.'),
  })
  .readonly()
  .meta({ id: 'TorProgress' });

export const modesShape = z
  .strictObject({
    slow: z.string().describe('Time between two messages of one viewer, as `12s`, or `off`.'),
    locked: z.string().describe('`on`: nobody but staff writes.'),
    members: z.string().describe('`on`: nobody but members and staff writes.'),
    hold_first: z.string().describe('`on`: messages of people who are unknown here wait for approval.'),
    min_age: z.string().describe('How long somebody must be here before the first message.'),
    new_speakers: z.string().describe('How many people may write their first message within a minute.'),
    captcha: z.string().describe('`off`, `flood` or `first`.'),
  })
  .readonly()
  .meta({ id: 'Modes' });

export const streamShape = z
  .strictObject({
    state: z.enum(['offline', 'starting', 'live', 'interrupted', 'ended']),
    title: z.string(),
    uptimeSeconds: z.exactOptional(z.int()).describe('Since the broadcast went live; absent when there is none.'),
  })
  .readonly()
  .meta({ id: 'Stream' });

export const personShape = z
  .strictObject({
    viewerId,
    otherIds: z.array(viewerId).readonly().describe('What else the same person goes by, as far as can be told.'),
    name: z.string().describe('Name and tag as shown.'),
    group: z.enum(['broadcaster', 'moderator', 'watching', 'not-watching']),
    tripcode: z.exactOptional(z.string()),
    sanction: z.exactOptional(z.enum(['time-out', 'ban', 'kick'])).describe('What holds against them.'),
    note: z.exactOptional(z.string()).describe('What staff have noted.'),
  })
  .readonly()
  .meta({ id: 'Person' });

export const moderatorShape = z
  .strictObject({
    id: id.describe('Names the appointment, for `revoke`.'),
    label: z.string(),
    viewerId: z.exactOptional(viewerId).describe('Appointed as this person,'),
    tripcode: z.exactOptional(z.string()).describe('or as whoever bears this tripcode.'),
    atMs,
  })
  .readonly()
  .meta({ id: 'Moderator' });

export const invitationShape = z
  .strictObject({
    id,
    label: z.string(),
    atMs,
    expiresAtMs: z.int(),
    state: z.enum(['open', 'used', 'revoked', 'expired']),
  })
  .readonly()
  .meta({ id: 'Invitation' });

const guestLinkShape = z
  .strictObject({
    uses: z.int().describe('How many have come by it.'),
    maxUses: z.int(),
    expiresAtMs: z.int(),
    state: z
      .enum(['open', 'used', 'revoked', 'expired'])
      .describe('Who came by one that is used up or expired stays in.'),
  })
  .readonly()
  .meta({ id: 'GuestLink' });

export const guestShape = z
  .strictObject({
    name: z.string(),
    hasKey: z.boolean().describe('Whether a key of this name opens the private address.'),
    links: z.array(guestLinkShape).readonly().describe('Past the door, the newest first.'),
  })
  .readonly()
  .meta({ id: 'Guest' });

/** What somebody is to be told. */
export const invitedShape = z
  .strictObject({
    name: z.string(),
    address: z.exactOptional(z.string()).describe('The onion address, if it is known.'),
    key: z
      .exactOptional(z.string())
      .describe('The private half of their key, which Tor Browser asks for. It is shown this one time.'),
    path: z.exactOptional(z.string()).describe('Address of their link on this site. It is shown this one time.'),
  })
  .readonly();

export type AuthorShape = z.input<typeof authorShape>;
export type MessageShape = z.input<typeof messageShape>;
export type EntryShape = z.input<typeof entryShape>;
export type SanctionShape = z.input<typeof sanctionShape>;
export type HeldShape = z.input<typeof heldShape>;
export type PollShape = z.input<typeof pollShape>;
export type CircuitsShape = z.input<typeof circuitsShape>;
export type ModesShape = z.input<typeof modesShape>;
export type StreamShape = z.input<typeof streamShape>;
export type PersonShape = z.input<typeof personShape>;
export type ModeratorShape = z.input<typeof moderatorShape>;
export type GuestShape = z.input<typeof guestShape>;
export type TorShape = z.input<typeof torShape>;
export type InvitationShape = z.input<typeof invitationShape>;
