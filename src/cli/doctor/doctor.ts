import { availableParallelism } from 'node:os';
import { styleText } from 'node:util';
import { onionSockets } from '../../app/onion-sockets.ts';
import type { ListenAddress } from '../../config/address.ts';
import { loadConfig } from '../../config/load.ts';
import type { OnioncastConfig } from '../../config/schema.ts';
import { exitCodes } from '../failure.ts';
import { checkBridges } from './bridge-check.ts';
import { checkDesk } from './desk-check.ts';
import { checkEncoding } from './encoding-check.ts';
import { checkAppArmor, checkListeners, checkSecrets, readListeners } from './exposure-checks.ts';
import type { Finding } from './finding.ts';
import {
  checkAddress,
  checkClock,
  checkData,
  checkOpenFiles,
  checkSource,
  readConsensus,
  readProcessLimits,
} from './machine-checks.ts';
import { checkFence, checkFfmpeg, checkNode, checkTor } from './program-checks.ts';
import { checkTors } from './tors-check.ts';

const colours = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

/** Checks everything `serve` with this configuration needs, says what to do where something is amiss, and fails if anything does. */
export async function runDoctor(file: string | undefined, process: NodeJS.Process): Promise<number> {
  const config = loadConfig({
    ...(file !== undefined && { file }),
    workingDirectory: process.cwd(),
    environment: process.env,
  });
  const findings = await examine(config, process);
  for (const finding of findings) process.stdout.write(`${renderFinding(finding, isColoured(process))}\n`);
  const failed = findings.filter((finding) => finding.level === 'fail').length;
  process.stdout.write(
    failed === 0
      ? 'Everything needed is there.\n'
      : `${failed} of these would keep Onioncast from starting as configured.\n`,
  );
  return failed === 0 ? exitCodes.stopped : exitCodes.fault;
}

async function examine(config: OnioncastConfig, { versions, env }: NodeJS.Process): Promise<Finding[]> {
  return [
    checkNode(versions.node),
    ...(await checkFfmpeg(config.encoder)),
    ...(await checkFence(config.encoder, config.data)),
    await checkEncoding(config.encoder, config.data),
    await checkTor(config.tor),
    ...(await checkTors(config.tor, availableParallelism())),
    ...(await checkBridges(config.tor, env['PATH'] ?? '')),
    await checkDesk(config),
    await checkAddress('Local page', config.listen.local),
    await checkAddress('RTMP', config.ingest.rtmp),
    checkData(config.data),
    checkSource(config.source, env),
    checkOpenFiles(readProcessLimits(), config.limits.connections),
    checkClock(Date.now(), readConsensus(config.data)),
    checkSecrets(config.data),
    checkListeners(readListeners(), portsOf([config.listen.local, config.ingest.rtmp])),
    ...appArmorFinding(config),
  ];
}

function portsOf(addresses: readonly ListenAddress[]): readonly number[] {
  return addresses.flatMap((address) => (address === 'off' ? [] : [address.port]));
}

/** Of concern only where the tor is the system's: ours is run by our user, whom no profile confines. */
function appArmorFinding(config: OnioncastConfig): readonly Finding[] {
  if (!config.tor.enabled || config.tor.mode !== 'operator') return [];
  return [checkAppArmor(Object.values(onionSockets(config, config.data)).flat())];
}

function renderFinding({ level, what, found, todo }: Finding, coloured: boolean): string {
  const mark = level.padEnd(4);
  const line = `${coloured ? styleText(colours[level], mark, { validateStream: false }) : mark}  ${what.padEnd(10)}  ${found}`;
  return todo === undefined ? line : `${line}\n      ${' '.repeat(10)}  ${todo}`;
}

function isColoured({ stdout, env }: NodeJS.Process): boolean {
  return stdout.isTTY && !env['NO_COLOR'];
}
