import { chmod, lstat, mkdir, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { AppError } from '../errors.ts';

/** Longest path of a unix socket that every system takes (`sun_path` of macOS, without the closing NUL). */
const maxPathBytes = 103;
const probeMs = 1000;

/**
 * Makes the place for a unix socket: a directory that others cannot enter, and no socket of a process that is gone.
 * Throws LISTEN_FAILED, saying what to do, if another process listens there or the place cannot be used.
 */
// Threat: T01
export async function prepareSocketPath(socketPath: string): Promise<void> {
  if (Buffer.byteLength(socketPath) > maxPathBytes) {
    throw new AppError(
      'LISTEN_FAILED',
      `The path of the socket is too long for a unix socket (${maxPathBytes} bytes): ${socketPath}. Choose a shorter data directory.`,
    );
  }
  await prepareDirectory(path.dirname(socketPath));
  const existing = await lstatOrNothing(socketPath);
  if (existing === undefined) return;
  if (!existing.isSocket()) {
    throw new AppError('LISTEN_FAILED', `${socketPath} is in the way and not a socket. Move it elsewhere.`);
  }
  if (await isAlive(socketPath)) {
    throw new AppError(
      'LISTEN_FAILED',
      `Another Onioncast is running with this data directory (${socketPath} answers). Stop it, or choose another one with --data.`,
    );
  }
  await rm(socketPath, { force: true });
}

/** The owner connects, and nobody else. */
export const ownSocketMode = 0o600;

/** Lets the owner and the group (tor's user) connect, and nobody else, unless said otherwise. */
export async function protectSocket(socketPath: string, mode = 0o660): Promise<void> {
  await chmod(socketPath, mode);
}

async function prepareDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new AppError('LISTEN_FAILED', `The directory ${directory} cannot be made. Make it, or choose another.`, {
      cause,
    });
  }
  const { mode } = await stat(directory);
  if ((mode & 0o027) !== 0) {
    throw new AppError(
      'LISTEN_FAILED',
      `Others may enter ${directory}, where a socket is to be. Close it with: chmod 700 ${directory}`,
    );
  }
}

async function lstatOrNothing(file: string): Promise<Awaited<ReturnType<typeof lstat>> | undefined> {
  try {
    return await lstat(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether somebody accepts connections there. A socket that is merely busy counts as alive; one that its owner has just taken away does not. */
function isAlive(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const done = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.setTimeout(probeMs, () => done(true));
    socket.once('connect', () => done(true));
    socket.once('error', (error) =>
      done(!('code' in error && ['ECONNREFUSED', 'ENOENT'].includes(String(error.code)))),
    );
  });
}
