import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Everything about a machine that a program could tell, made up so that it can be found again. */
export interface MachineFacts {
  readonly hostName: string;
  readonly user: string;
  readonly userId: number;
  /** Part of every path. */
  readonly directory: string;
  readonly timeZone: string;
  readonly locale: string;
  readonly clockHours: number;
  readonly cores: number;
  /** A variable that nothing knows. */
  readonly secret: string;
}

/** Two machines that have nothing in common. */
export const machines: readonly [MachineFacts, MachineFacts] = [
  {
    hostName: 'quail-host',
    user: 'osprey-user',
    userId: 2000,
    directory: 'heron-place',
    timeZone: 'Pacific/Kiritimati',
    locale: 'tr_TR.UTF-8',
    clockHours: 37,
    cores: 1,
    secret: 'plover-secret',
  },
  {
    hostName: 'dunlin-box',
    user: 'bittern-login',
    userId: 3000,
    directory: 'curlew-corner',
    timeZone: 'America/St_Johns',
    locale: 'C',
    clockHours: 0,
    cores: availableParallelism(),
    secret: 'siskin-token',
  },
];

/** Whether this system lets us make namespaces, as Linux does unless it is forbidden. */
export function canMoveApart(): boolean {
  try {
    execFileSync('unshare', ['--user', '--map-root-user', '--uts', '--net', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What makes a program believe that it runs on this machine: a prefix for its command, and its environment. */
export function moveTo(machine: MachineFacts): { within: string[]; env: Record<string, string> } {
  const { hostName, user, userId, timeZone, locale, clockHours, cores, secret } = machine;
  const asUser = ['unshare', '--user', `--map-user=${userId}`, `--map-group=${userId}`];
  const onCores = ['taskset', '--cpu-list', cores === 1 ? '0' : `0-${cores - 1}`];
  const script = `hostname ${hostName} && exec ${[...asUser, ...onCores].join(' ')} "$0" "$@"`;
  const clock = new URL('shifted-clock.js', import.meta.url).href;
  return {
    within: ['unshare', '--user', '--map-root-user', '--uts', 'sh', '-c', script],
    env: {
      ...{ HOSTNAME: hostName, USER: user, LOGNAME: user, HOME: `/home/${user}`, MAIL: `/var/mail/${user}` },
      ...{ TZ: timeZone, LANG: locale, LC_ALL: locale, LANGUAGE: locale, EDITOR: secret, SSH_CONNECTION: secret },
      ...{ TEST_CLOCK_SHIFT: String(clockHours), NODE_OPTIONS: `--import=${clock}` },
    },
  };
}
