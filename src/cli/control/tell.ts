import type {
  AuthorShape,
  CircuitsShape,
  EntryShape,
  HeldShape,
  InvitationShape,
  MessageShape,
  ModeratorShape,
  ModesShape,
  PersonShape,
  PollShape,
  SanctionShape,
} from '../../http/control/shapes.ts';
import type { OperationOutput } from '../../http/control/operations.ts';
import { plainText } from './plain-text.ts';

/** What the answers of a server are to a person. Every text of a stranger goes through `plainText`. */

export function tellEntry({ entry }: { readonly entry: EntryShape }): string {
  return `Done: ${entryLine(entry)}\nTo take it back: onioncast undo ${entry.id}\n`;
}

export function tellEntries(entries: readonly EntryShape[]): string {
  return linesOf(
    entries.map(
      (entry) => `${timeOf(entry.atMs)}  ${String(entry.id).padStart(5)}  ${byOf(entry.by)}: ${entryLine(entry)}`,
    ),
  );
}

export function tellMessages(messages: readonly MessageShape[]): string {
  return linesOf(
    messages.map(({ id, atMs, author, text, viewerId = '', isHidden }) => {
      const mark = isHidden === true ? ' (hidden)' : '';
      return `${timeOf(atMs)}  ${String(id).padStart(5)}  ${viewerId.padEnd(22)}  ${nameOf(author)}${mark}: ${plainText(text)}`;
    }),
  );
}

export function tellHeld(held: readonly HeldShape[]): string {
  return linesOf(
    held.map(({ heldId, atMs, author, text, reason }) => {
      const why = reason === 'first' ? 'first message' : 'word filter';
      return `${timeOf(atMs)}  ${heldId}  (${why})  ${nameOf(author)}: ${plainText(text)}`;
    }),
    'Nothing is waiting.',
  );
}

export function tellPeople({ total, watching, people }: OperationOutput<'people'>): string {
  return `${total} here, ${watching} watching.\n${linesOf(people.map(personLine), '')}`;
}

export function tellSanctions(sanctions: readonly SanctionShape[]): string {
  return linesOf(
    sanctions.map(({ id, kind, viewerId, label, untilMs, reason, appeal }) => {
      const until = untilMs === undefined ? 'until lifted' : `until ${timeOf(untilMs)}`;
      const why = reason === undefined ? '' : `  (${plainText(reason)})`;
      const says = appeal === undefined ? '' : `  They say: ${plainText(appeal)}`;
      return `${String(id).padStart(5)}  ${kind}  ${viewerId}  ${plainText(label)}  ${until}${why}${says}`;
    }),
    'Nothing holds against anybody.',
  );
}

export function tellModerators(moderators: readonly ModeratorShape[]): string {
  return linesOf(
    moderators.map(
      ({ id, label, viewerId, tripcode }) =>
        `${String(id).padStart(5)}  ${plainText(label)}  ${viewerId ?? `tripcode ${plainText(tripcode ?? '')}`}`,
    ),
    'There are no moderators.',
  );
}

export function tellInvitations(invitations: readonly InvitationShape[]): string {
  return linesOf(
    invitations.map(
      ({ id, label, state, expiresAtMs }) =>
        `${String(id).padStart(5)}  ${plainText(label)}  ${state}, valid until ${timeOf(expiresAtMs)}`,
    ),
    'There are no invitations.',
  );
}

export function tellPoll(poll: PollShape | undefined): string {
  if (poll === undefined) return 'There is no poll.\n';
  const options = poll.options.map(({ text, votes }) => `${String(votes).padStart(6)}  ${plainText(text)}`);
  return `${plainText(poll.question)}\n${linesOf(options)}${String(poll.total).padStart(6)}  votes in all\n`;
}

export function tellModes(modes: ModesShape): string {
  return linesOf(Object.entries(modes).map(([name, word]) => `${name}=${plainText(word)}`));
}

export function tellStatus(status: OperationOutput<'status'>): string {
  const { stream, watching, waiting, pressure, tor, circuits, modes, poll, pinned, held, sanctions, version, pid } =
    status;
  const { uptimeSeconds } = stream;
  const uptime = uptimeSeconds === undefined ? '' : ` for ${spanOf(uptimeSeconds)}`;
  const turned = Object.entries(modes).filter(([, word]) => word !== 'off');
  return linesOf([
    `Onioncast ${version}, process ${pid}`,
    `stream     ${stream.state}${uptime}`,
    `title      ${plainText(stream.title)}`,
    `watching   ${watching}${waiting === 0 ? '' : `, ${waiting} in the queue`}${pressure === 'calm' ? '' : ` (${pressure})`}`,
    ...(tor === undefined
      ? []
      : [`tor        ${tor.state}, ${tor.progress} %, ${tor.descriptorUploads} descriptor uploads`]),
    ...(circuits === undefined ? [] : [`circuits   ${tellCircuits(circuits)}`]),
    `switches   ${turned.map(([name, word]) => `${name}=${plainText(word)}`).join(' ') || 'all off'}`,
    `held       ${held}`,
    `sanctions  ${sanctions}`,
    ...(poll === undefined ? [] : [`poll       ${plainText(poll.question)} (${poll.total} votes)`]),
    ...(pinned === undefined ? [] : [`pinned     ${pinned.id}: ${plainText(pinned.text)}`]),
  ]);
}

function tellCircuits({ visitors, introductionPoints, effort, suggestedEffort = effort }: CircuitsShape): string {
  return `${visitors}, ${introductionPoints} introduction points, proof of work ${suggestedEffort}`;
}

export function tellFilters({ filters }: OperationOutput<'filters'>): string {
  return linesOf(
    filters.map(({ id, action, text, pattern, wholeWords }) => {
      const what = text === undefined ? `pattern ${plainText(pattern ?? '')}` : plainText(text);
      const part = wholeWords === false ? ' (parts of words too)' : '';
      return `${id === undefined ? ' conf' : String(id).padStart(5)}  ${action}  ${what}${part}`;
    }),
    'There are no word filters.',
  );
}

/** One line each; a sentence if there is none. */
export function linesOf(lines: readonly string[], none = ''): string {
  if (lines.length > 0) return `${lines.join('\n')}\n`;
  return none === '' ? '' : `${none}\n`;
}

function personLine({ viewerId, name, group, tripcode, sanction, note }: PersonShape): string {
  const mark = tripcode === undefined ? '' : ` !${plainText(tripcode)}`;
  const more = [
    ...(sanction === undefined ? [] : [sanction]),
    ...(note === undefined ? [] : [`note: ${plainText(note)}`]),
  ];
  const facts = more.length === 0 ? '' : `  (${more.join('; ')})`;
  return `${viewerId}  ${group.padEnd(12)}  ${plainText(name)}${mark}${facts}`;
}

function entryLine({ act, target, messageIds }: EntryShape): string {
  const about = target === '' ? '' : ` ${plainText(target)}`;
  return `${plainText(act)}${about}${messageIds.length === 0 ? '' : ` [${messageIds.join(' ')}]`}`;
}

function byOf({ kind, label }: EntryShape['by']): string {
  return label === undefined ? kind : `${kind} ${plainText(label)}`;
}

function nameOf({ name, tag, capcode, tripcode }: AuthorShape): string {
  const tagged = tag === undefined ? name : `${name}#${tag}`;
  const trip = tripcode === undefined ? '' : ` !${tripcode.code}`;
  return plainText(`${tagged}${trip}${capcode === undefined ? '' : ` (${capcode})`}`);
}

/** UTC, as the chat shows it. */
function timeOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
}

function spanOf(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`;
}
