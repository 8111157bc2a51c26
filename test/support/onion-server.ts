import path from 'node:path';
import { onionAddressOf } from '../../src/tor/onion-address.ts';
import { Onioncast, type OnioncastOptions } from './onioncast.ts';
import { RawVisitor } from './raw-visitor.ts';

/** An address that only has to look right: no tor plays a part. */
export const onionHost = onionAddressOf(Buffer.alloc(32, 7));

/** The built program with the socket that an operator's tor would write to, and its listener for this machine. */
export interface OnionServer {
  readonly program: Onioncast;
  readonly socketPath: string;
  /** The broadcaster's password. */
  readonly password: string;
  /** Somebody new who comes through tor, by a circuit of their own unless one is given. */
  visitor(circuitId?: number): RawVisitor;
  /** The same at the listener for this machine. */
  neighbour(): RawVisitor;
  /** The broadcaster, logged in, on a circuit of their own. */
  broadcaster(): Promise<RawVisitor>;
}

/** Starts it without a source, and without the limits of pace that would stand between the cases of a table, unless `env` says otherwise. */
export async function startOnionServer(options: OnioncastOptions = {}): Promise<OnionServer> {
  const program = await Onioncast.start({
    ...options,
    args: options.args ?? [],
    env: { ...freeEnvironment, ...operatorEnvironment, ...options.env },
  });
  const socketPath = path.join(program.data, 'run', 'web.sock');
  const login = program.events.find((event) => event.kind === 'login');
  const password = login?.password ?? '';
  let circuits = 0;
  const visitor = (circuitId?: number): RawVisitor => {
    circuits += 1;
    return new RawVisitor({ socketPath, circuitId: circuitId ?? circuits }, onionHost);
  };
  return {
    program,
    socketPath,
    password,
    visitor,
    neighbour: () => {
      const { port, host } = new URL(program.url);
      return new RawVisitor({ port: Number(port) }, host);
    },
    broadcaster: async () => await logIn(visitor(), password),
  };
}

const operatorEnvironment = { ONIONCAST_TOR_MODE: 'operator', ONIONCAST_TOR_ADDRESS: onionHost };
const freeEnvironment = {
  ONIONCAST_SOURCE: 'none',
  ONIONCAST_CHAT_MODES_NEW_SPEAKERS: '0',
  ONIONCAST_LIMITS_NEW_SESSIONS: '100000',
  ONIONCAST_LIMITS_NEW_SESSIONS_BURST: '100000',
  ONIONCAST_LIMITS_CIRCUIT_NEW_SESSIONS: '100000',
  ONIONCAST_CHAT_FLOOD_MESSAGES: '1000',
  ONIONCAST_CHAT_FLOOD_LINES: '1000',
  ONIONCAST_CHAT_FLOOD_CIRCUIT_MESSAGES: '1000',
  ONIONCAST_CHAT_FLOOD_CIRCUIT_LINES: '1000',
  ONIONCAST_CHAT_FLOOD_ROOM_MESSAGES: '10000',
  ONIONCAST_CHAT_FLOOD_ROOM_LINES: '10000',
  ONIONCAST_CHAT_FLOOD_COPIES: '1000',
};

/** Logs a visitor in as the broadcaster. */
export async function logIn(visitor: RawVisitor, password: string): Promise<RawVisitor> {
  const answer = await visitor.fill('/broadcaster', { name: 'broadcaster', password }, '/broadcaster/login');
  if (answer.status !== 303) throw new Error(`not logged in: ${answer.status}`);
  return visitor;
}
