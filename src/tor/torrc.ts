import { dirname } from 'node:path';
import { AppError } from '../errors.ts';
import { type BridgePlan, bridgeTorrc } from './bridges.ts';
import { type AuthorizedClient, authorizationLine } from './client-key.ts';

/** How fast tor's queue of introductions is served once it asks clients for proof of work (torrc `HiddenServicePoW*`, proposal 327). */
export interface ProofOfWorkQueue {
  /** Introductions a second taken from the queue; too low a rate locks everybody out. */
  readonly queueRate: number;
  /** Introductions taken at once before the rate applies. */
  readonly queueBurst: number;
}

/** What makes up an onion service, whoever runs the tor. */
export interface OnionServiceSettings {
  /** Where tor keeps the key and the address. */
  readonly serviceDirectory: string;
  /** The unix socket of our listener for this service. */
  readonly targetSocketPath: string;
  /** Left out where tor was built without the module `pow`, which would refuse the configuration. */
  readonly proofOfWork?: ProofOfWorkQueue | undefined;
  /** Visitors come by the address of Onionbalance, which the file `ob_config` in the directory of the service names. */
  readonly isBehindFront?: boolean;
}

/** How we connect to an onion service through our own tor. */
export interface SocksSettings {
  readonly socketPath: string;
  /** Where tor finds the keys to services that are not for everybody, in files of `clientLine`. */
  readonly keyDirectory: string;
}

/** Everything in the configuration of the tor that Onioncast runs itself. */
export interface TorrcSettings {
  /** `HiddenService...` lines among the extra ones speak of the first. */
  readonly services: readonly OnionServiceSettings[];
  readonly dataDirectory: string;
  readonly controlSocketPath: string;
  /** tor ends when this process is gone, even if it could not say so. */
  readonly ownerPid: number;
  /** The only ways into the network, if there are any. */
  readonly bridges?: BridgePlan;
  /** Raw lines of the operator, placed last. */
  readonly extraTorrc: readonly string[];
  /** Only where we connect to somebody, too. */
  readonly socks?: SocksSettings | undefined;
}

const controlCharacter = /\p{Cc}/u;

/** Options that would undo what this configuration promises: anonymity, no listener but ours, a tor that dies with us. */
const forbiddenOptions = [
  '%include',
  'ControlPort',
  'ControlSocket',
  'DataDirectory',
  'HiddenServiceDir',
  'HiddenServiceNonAnonymousMode',
  'HiddenServiceSingleHopMode',
  'ORPort',
  'RunAsDaemon',
  'SocksPort',
].map((option) => option.toLowerCase());

/** Renders the torrc of our own tor. Throws `CONFIG_INVALID` for a path or an extra line that cannot be written safely. */
// Threat: T28
export function renderTorrc(settings: TorrcSettings): string {
  settings.extraTorrc.forEach(refuseUnsafeLine);
  return [
    `DataDirectory ${quote(settings.dataDirectory)}`,
    ...socksLines(settings.socks),
    'ControlPort 0',
    `ControlSocket ${quote(settings.controlSocketPath)}`,
    'CookieAuthentication 1',
    `__OwningControllerProcess ${settings.ownerPid}`,
    'SafeLogging 1',
    'Log notice stdout',
    'AvoidDiskWrites 1',
    'VanguardsLiteEnabled 1',
    'MaxMemInQueues 512 MB',
    ...(settings.bridges === undefined ? [] : bridgeTorrc(settings.bridges)),
    // To tor, an option belongs to the service above it: the first one stands last, before the operator's own lines.
    ...settings.services.toReversed().flatMap(onionServiceLines),
    ...settings.extraTorrc,
    '',
  ].join('\n');
}

/** A socket that this user alone reaches, and no port. */
function socksLines(socks: SocksSettings | undefined): string[] {
  if (socks === undefined) return ['SocksPort 0'];
  const { socketPath, keyDirectory } = socks;
  return [`SocksPort unix:${quote(socketPath)} ExtendedErrors`, `ClientOnionAuthDir ${quote(keyDirectory)}`];
}

/** An onion service on a tor that somebody else runs. */
export interface OperatorServiceSettings extends OnionServiceSettings {
  /** Who alone finds the service, if not everybody. */
  readonly client?: AuthorizedClient;
}

/** Renders the lines for somebody who runs tor themselves, with what else they must do, as comments. All sockets must be in one directory. */
export function renderOperatorTorrc(
  services: readonly [OperatorServiceSettings, ...OperatorServiceSettings[]],
): string {
  const sockets = services.map(({ targetSocketPath }) => targetSocketPath);
  const directory = dirname(services[0].targetSocketPath);
  return [
    ...services.flatMap(operatorAuthorizationLines),
    '# Onioncast: add these lines to the torrc of your tor and reload it. The address is then in the file "hostname" of each directory.',
    ...services.flatMap(onionServiceLines),
    '#',
    '# The socket is open to the group of its directory. Give that group to your tor (debian-tor on Debian), as root:',
    `#   chgrp debian-tor ${shellWord(dirname(directory))} ${shellWord(directory)}`,
    `#   chmod 710 ${shellWord(dirname(directory))} && chmod 2710 ${shellWord(directory)}`,
    '# and start Onioncast again.',
    '# Debian and Ubuntu confine the packaged tor with AppArmor, and viewers see a dead site until the socket is allowed.',
    '# Add what follows to /etc/apparmor.d/local/system_tor, then run: apparmor_parser -r /etc/apparmor.d/system_tor',
    ...sockets.map((socket) => `#   ${/[\s"]/.test(socket) ? quote(socket) : socket} rw,`),
    '',
  ].join('\n');
}

/** Before tor hears of the service: without a key in its directory it would be open to everybody. */
function operatorAuthorizationLines({ serviceDirectory, client }: OperatorServiceSettings): string[] {
  if (client === undefined) return [];
  const keys = `${serviceDirectory}/authorized_clients`;
  const file = shellWord(`${keys}/${client.name}.auth`);
  return [
    '# Onioncast: your own onion service opens to one key alone. FIRST run these commands as root, where your tor is debian-tor:',
    `#   install -d -m 700 -o debian-tor -g debian-tor ${shellWord(serviceDirectory)} ${shellWord(keys)}`,
    `#   echo ${authorizationLine(client)} > ${file}`,
    `#   chown debian-tor: ${file} && chmod 600 ${file}`,
  ];
}

/** A path as a shell takes it. */
function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function onionServiceLines(settings: OnionServiceSettings): string[] {
  return [
    `HiddenServiceDir ${quote(settings.serviceDirectory)}`,
    'HiddenServiceVersion 3',
    `HiddenServicePort ${quote(`80 unix:${quote(settings.targetSocketPath)}`)}`,
    'HiddenServiceMaxStreams 20',
    'HiddenServiceMaxStreamsCloseCircuit 1',
    'HiddenServiceExportCircuitID haproxy',
    ...(settings.isBehindFront === true ? ['HiddenServiceOnionBalanceInstance 1'] : []),
    ...proofOfWorkLines(settings.proofOfWork),
  ];
}

function proofOfWorkLines(queue: ProofOfWorkQueue | undefined): string[] {
  if (queue === undefined) return [];
  return [
    'HiddenServicePoWDefensesEnabled 1',
    `HiddenServicePoWQueueRate ${wholeNumber(queue.queueRate)}`,
    `HiddenServicePoWQueueBurst ${wholeNumber(queue.queueBurst)}`,
  ];
}

/** A C string, which tor unescapes when a value begins with a quote; unquoted, `#` would start a comment. */
function quote(value: string): string {
  if (controlCharacter.test(value)) {
    throw new AppError('CONFIG_INVALID', 'A path for tor contains a line break or another control character.');
  }
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

function wholeNumber(value: number): string {
  if (Number.isSafeInteger(value) && value >= 0) return String(value);
  throw new AppError('CONFIG_INVALID', `tor wants whole numbers for its proof-of-work queue, not ${value}.`);
}

function refuseUnsafeLine(line: string): void {
  if (controlCharacter.test(line.replaceAll('\t', ' '))) {
    throw new AppError('CONFIG_INVALID', 'An extra line for tor contains a line break or another control character.');
  }
  if (line.endsWith('\\')) {
    throw new AppError('CONFIG_INVALID', 'An extra line for tor must not end in a backslash, which would join lines.');
  }
  const option = /^\s*[+/]?([^\s#]+)/.exec(line)?.[1];
  // tor takes abbreviations of its options, so a beginning of a forbidden name is as bad as the name.
  const forbidden = option && forbiddenOptions.find((name) => name.startsWith(option.toLowerCase()));
  if (forbidden) {
    throw new AppError('CONFIG_INVALID', `An extra line for tor sets ${option}, which Onioncast decides itself.`);
  }
}
