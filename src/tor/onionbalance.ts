import { execFile } from 'node:child_process';
import { AppError } from '../errors.ts';
import { torEnvironment } from './tor-command.ts';

/** What Onionbalance announces, and by whom it is carried. */
export interface BalancePlan {
  /** The key of the one address, as tor keeps it. */
  readonly keyFile: string;
  /** Addresses of the services behind it, `<56 characters>.onion`; one at least. */
  readonly backends: readonly string[];
}

const commandTimeoutMs = 20_000;

/** The file that Onionbalance reads: YAML, of which JSON is a part. */
export function renderBalanceConfig({ keyFile, backends }: BalancePlan): string {
  const instances = backends.map((address) => ({ address }));
  return `${JSON.stringify({ services: [{ key: keyFile, instances }] }, undefined, 2)}\n`;
}

/** Whether these lines of a torrc are those of a network for tests, of which Onionbalance must be told. */
export function isTestNetwork(torrcLines: readonly string[]): boolean {
  return torrcLines.some((line) => /^\s*TestingTorNetwork\s+1\s*$/iu.test(line));
}

/** Runs the program for its version. Throws TOOL_MISSING where there is none, or what answers is something else. */
export async function inspectOnionbalance(binary: string): Promise<string> {
  const options = { env: torEnvironment('/'), timeout: commandTimeoutMs, maxBuffer: 64 * 1024 };
  const { output, error } = await new Promise<{ output: string; error: Error | null }>((resolve) => {
    execFile(binary, ['--version'], options, (failure, stdout, stderr) =>
      resolve({ output: stdout + stderr, error: failure }),
    );
  });
  const version = /^onionbalance v?(\d[\w.+-]{0,30})/mu.exec(output)?.[1];
  if (version !== undefined) return version;
  throw new AppError(
    'TOOL_MISSING',
    `The program Onionbalance was not found at "${binary}". Install it (Debian and Ubuntu: apt install onionbalance) or say where it is in tor.onionbalance.`,
    { cause: error },
  );
}
