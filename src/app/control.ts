import { randomBytes } from 'node:crypto';
import type { ScheduleControls } from '../broadcast/schedule.ts';
import { filterProblem } from '../config/filters.ts';
import { ControlServer } from '../http/control/control-server.ts';
import { EventFeed } from '../http/control/event-feed.ts';
import { filterOperations } from '../http/control/filter-operations.ts';
import { recordingOperations } from '../http/control/recording-operations.ts';
import { type TorControls, torOperations } from '../http/control/tor-operations.ts';
import { scheduleOperations } from '../http/control/schedule-operations.ts';
import { guestOperations } from '../http/control/guest-operations.ts';
import { peopleOperations } from '../http/control/people-operations.ts';
import { operatorId, talkOperations } from '../http/control/talk-operations.ts';
import type { OnionAddressState } from '../serve-event.ts';
import type { TitleFile } from '../store/title-file.ts';
import type { Archive } from './archive.ts';
import { controlSocketPath } from './control-socket.ts';
import type { Lounge } from './lounge.ts';
import { Owned } from './owned.ts';
import type { Website } from './website.ts';
import { readVersion } from '../version.ts';
import type { CircuitCounts } from '../tor/circuit-census.ts';
import type { TorStatus } from '../tor/tor-status.ts';

export interface ControlOptions {
  readonly dataDirectory: string;
  readonly lounge: Lounge;
  readonly website: Pick<Website, 'staffSnapshot' | 'people' | 'visitors'>;
  readonly titles: TitleFile;
  readonly timers: ScheduleControls;
  /** Absent where nothing may be kept. */
  readonly archive: Pick<Archive, 'recorder'> | undefined;
  /** The onion addresses of this run. */
  onions(): readonly OnionAddressState[];
  /** Of our own tors. */
  tor(): TorStatus | undefined;
  circuits(): CircuitCounts | undefined;
  readonly torControls: TorControls;
  onError(error: unknown): void;
}

/** The operator's door. */
export interface Control {
  close(): Promise<void>;
}

const epochBytes = 6;

/** Opens the control socket. Throws LISTEN_FAILED if another server has it, or if it cannot be. */
export async function openControl(options: ControlOptions): Promise<Control> {
  const { lounge, website, titles, onError } = options;
  const { chat, room, moderation, polls, log, emotes, bus } = lounge;
  const { guests, password: doorPassword, settings: door } = lounge.door;
  const owned = new Owned();
  // What is written here is the broadcaster's, and nobody is to be put out for it.
  lounge.people.note({ viewerId: operatorId, role: 'broadcaster' });
  const shared = {
    ...{ chat, room, moderation, polls, log, emotes, titles, guests, doorPassword, bus, randomBytes },
    version: readVersion(),
    pid: process.pid,
    doorMode: () => door.access.mode,
    address: () => options.onions().find(({ name }) => name === 'public')?.address,
    snapshot: () => website.staffSnapshot(),
    people: () => website.people(),
    onions: () => options.onions(),
    timers: options.timers,
    recorder: options.archive?.recorder,
    tor: () => options.tor(),
    circuits: () => options.circuits(),
    visitors: () => website.visitors(),
    filterProblem,
    now: () => Date.now(),
  };
  const feed = new EventFeed({ ...shared, epoch: randomBytes(epochBytes).toString('hex') });
  owned.add(() => feed.close());
  const server = new ControlServer({
    socketPath: controlSocketPath(options.dataDirectory),
    operations: [
      ...[talkOperations, filterOperations, peopleOperations, guestOperations, scheduleOperations],
      recordingOperations,
    ]
      .flatMap((of) => of(shared))
      .concat(torOperations(options.torControls)),
    ...{ feed, onError },
  });
  owned.add(() => server.close());
  try {
    await server.listen();
  } catch (error) {
    await owned.close();
    throw error;
  }
  return { close: () => owned.close() };
}
