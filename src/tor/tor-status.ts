import { type ControlReply, parseReplyWords } from './control-reply.ts';

/** How far the onion service is. `ready` means that somebody can find it: at least one directory took its descriptor. */
export interface TorStatus {
  readonly state: 'starting' | 'bootstrapping' | 'publishing' | 'ready' | 'restarting' | 'failed' | 'stopped';
  /** tor's own way to the network, 0 to 100. */
  readonly progress: number;
  /** What tor is doing now, for a person. */
  readonly summary: string;
  /** With `.onion`; known long before anybody can reach it. */
  readonly address?: string;
  /** Uploads of the descriptor that directories accepted since tor was last started. */
  readonly descriptorUploads: number;
  /** The latest thing that went wrong; gone once the service is ready. */
  readonly lastError?: string;
  /** Conditions that do not stop the service but want a person: an old tor, a wrong clock. */
  readonly warnings: readonly string[];
  readonly restarts: number;
}

/** What can happen to the service, from tor's events or from its process. */
export type TorEvent =
  | { readonly kind: 'launched' }
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'bootstrap'; readonly progress: number; readonly summary: string; readonly problem?: string }
  | { readonly kind: 'uploaded' }
  | { readonly kind: 'upload-failed'; readonly reason: string }
  | { readonly kind: 'circuits'; readonly work: boolean }
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'exited'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'stopped' };

/** The kinds of events at the control port that `readTorEvent` understands. */
export const subscribedEvents = ['STATUS_CLIENT', 'STATUS_GENERAL', 'HS_DESC'] as const;

/** Before anything happened. */
export const initialTorStatus: TorStatus = {
  state: 'stopped',
  progress: 0,
  summary: 'tor is not running.',
  descriptorUploads: 0,
  warnings: [],
  restarts: 0,
};

type BootstrapEvent = Extract<TorEvent, { kind: 'bootstrap' }>;

const maxWarnings = 5;

/** The status after an event. Returns the same object when nothing changed. */
export function nextTorStatus(status: TorStatus, event: TorEvent): TorStatus {
  switch (event.kind) {
    case 'launched':
      return { ...status, state: 'starting', progress: 0, summary: 'tor is starting.', descriptorUploads: 0 };
    case 'address':
      return status.address === event.address ? status : { ...status, address: event.address };
    case 'bootstrap':
      return afterBootstrap(status, event);
    case 'uploaded':
      return afterUpload(status);
    case 'upload-failed':
      return status.state === 'ready' ? status : { ...status, lastError: event.reason };
    case 'circuits':
      return afterCircuits(status, event.work);
    case 'warning':
      if (status.warnings.includes(event.text)) return status;
      return { ...status, warnings: [...status.warnings, event.text].slice(-maxWarnings) };
    case 'exited':
      return {
        ...status,
        state: 'restarting',
        progress: 0,
        summary: 'tor is started again.',
        descriptorUploads: 0,
        lastError: event.reason,
        restarts: status.restarts + 1,
      };
    case 'failed':
      return { ...status, state: 'failed', progress: 0, summary: 'tor cannot run.', lastError: event.reason };
    case 'stopped':
      return { ...status, state: 'stopped', progress: 0, summary: initialTorStatus.summary, descriptorUploads: 0 };
  }
}

/** Reads an event of the control port about the service at `address`; undefined for what does not matter here. Total. */
export function readTorEvent(reply: ControlReply, address: string): TorEvent | undefined {
  const { words, values } = parseReplyWords(reply.lines[0].text);
  const [type, second, third] = words;
  if (type === 'HS_DESC') return readDescriptorEvent(second, third, values, address);
  if (type === 'STATUS_GENERAL') return readGeneralEvent(third, values);
  if (type !== 'STATUS_CLIENT') return undefined;
  if (third === 'BOOTSTRAP') return readBootstrap(values);
  if (third === 'CIRCUIT_ESTABLISHED') return { kind: 'circuits', work: true };
  if (third === 'CIRCUIT_NOT_ESTABLISHED') return { kind: 'circuits', work: false };
  return undefined;
}

/** Reads the value of `GETINFO status/bootstrap-phase`, which has the form of an event. */
export function readBootstrapPhase(text: string): BootstrapEvent {
  return readBootstrap(parseReplyWords(text).values);
}

function afterBootstrap(status: TorStatus, event: BootstrapEvent): TorStatus {
  const { progress, problem } = event;
  const common = { ...status, progress, ...(problem === undefined ? {} : { lastError: problem }) };
  if (progress < 100) return { ...common, state: 'bootstrapping', summary: event.summary };
  return status.descriptorUploads > 0 ? ready(common) : publishing(common);
}

function afterUpload(status: TorStatus): TorStatus {
  return ready({ ...status, descriptorUploads: status.descriptorUploads + 1 });
}

function afterCircuits(status: TorStatus, work: boolean): TorStatus {
  if (work) {
    if (status.state !== 'bootstrapping' || status.progress < 100) return status;
    return status.descriptorUploads > 0 ? ready(status) : publishing(status);
  }
  if (status.state !== 'ready' && status.state !== 'publishing') return status;
  return { ...status, state: 'bootstrapping', summary: 'tor has lost its connection to the network.' };
}

function publishing(status: TorStatus): TorStatus {
  return { ...status, state: 'publishing', summary: 'The onion service is being announced.' };
}

function ready(status: TorStatus): TorStatus {
  const { lastError: _, ...rest } = status;
  return { ...rest, state: 'ready', summary: 'The onion service can be reached.' };
}

function readBootstrap(values: ReadonlyMap<string, string>): BootstrapEvent {
  const progress = Number(values.get('PROGRESS'));
  const warning = values.get('WARNING');
  return {
    kind: 'bootstrap',
    progress: Number.isFinite(progress) ? Math.min(100, Math.max(0, progress)) : 0,
    // The host that the pair HOSTADDR names stays out of sight.
    summary: values.get('SUMMARY') ?? values.get('TAG') ?? '',
    ...(warning === undefined
      ? {}
      : { problem: `tor cannot get on: ${warning} (${values.get('REASON') ?? 'unknown'}).` }),
  };
}

function readDescriptorEvent(
  action: string | undefined,
  subject: string | undefined,
  values: ReadonlyMap<string, string>,
  address: string,
): TorEvent | undefined {
  if (`${subject}.onion` !== address) return undefined;
  if (action === 'UPLOADED') return { kind: 'uploaded' };
  if (action !== 'FAILED') return undefined;
  return {
    kind: 'upload-failed',
    reason: `A directory did not take the descriptor: ${values.get('REASON') ?? 'unknown'}.`,
  };
}

function readGeneralEvent(action: string | undefined, values: ReadonlyMap<string, string>): TorEvent | undefined {
  if (action === 'CLOCK_SKEW') {
    // Positive when our clock is ahead of the source's (control-spec section 4.1.10).
    const skew = Number(values.get('SKEW'));
    const amount = Number.isFinite(skew) ? ` by ${Math.abs(skew)} s ${skew > 0 ? 'ahead' : 'behind'}` : '';
    return { kind: 'warning', text: `The clock of this machine is wrong${amount}; tor needs the right time.` };
  }
  if (action === 'CLOCK_JUMPED') return { kind: 'warning', text: 'The clock of this machine has jumped.' };
  if (action !== 'DANGEROUS_VERSION' || values.get('REASON') === 'NEW') return undefined;
  return {
    kind: 'warning',
    text: `The Tor network advises against tor ${values.get('CURRENT') ?? 'of this version'}.`,
  };
}
