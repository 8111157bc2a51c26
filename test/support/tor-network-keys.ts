import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Who a relay of the private network is. */
export interface RelayIdentity {
  readonly name: string;
  /** Of the RSA identity key, 40 hexadecimal digits. */
  readonly fingerprint: string;
  /** Of the key with which an authority signs the consensus; absent for a plain relay. */
  readonly authorityFingerprint?: string;
}

const cacheName = 'onioncast-tor-network-keys';
const run = promisify(execFile);

/**
 * Puts the keys of a relay into its data directory. Making keys takes over a second, so they are made once for this machine and copied;
 * networks never meet, so that they may share them.
 */
export async function installRelayKeys(name: string, isAuthority: boolean, directory: string): Promise<RelayIdentity> {
  const cached = join(tmpdir(), cacheName, name);
  await ensureCached(cached, name, isAuthority);
  await cp(cached, directory, { recursive: true });
  const fingerprint = (await readFile(join(directory, 'fingerprint'), 'utf8')).trim().split(' ')[1] ?? '';
  if (!isAuthority) return { name, fingerprint };
  const certificate = await readFile(join(directory, 'keys/authority_certificate'), 'utf8');
  return { name, fingerprint, authorityFingerprint: /^fingerprint (\w+)/m.exec(certificate)?.[1] ?? '' };
}

async function ensureCached(cached: string, name: string, isAuthority: boolean): Promise<void> {
  const exists = await readFile(join(cached, 'fingerprint')).then(
    () => true,
    () => false,
  );
  if (exists) return;
  await mkdir(join(cached, '..'), { recursive: true, mode: 0o700 });
  const draft = await mkdtemp(`${cached}-`);
  await mkdir(join(draft, 'keys'), { mode: 0o700 });
  if (isAuthority) await makeAuthorityKeys(join(draft, 'keys'));
  await makeRelayKeys(draft, name);
  // Whole or not at all; when another run was faster, its keys are as good.
  await rename(draft, cached).catch(() => rm(draft, { recursive: true, force: true }));
}

/** Without an address in the certificate, which would tie the keys to a port. */
async function makeAuthorityKeys(directory: string): Promise<void> {
  const args = ['--create-identity-key', '--passphrase-fd', '0', '-m', '24'];
  const child = spawn('tor-gencert', args, { cwd: directory, stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.end('passphrase\n');
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`tor-gencert: ${complaint}`))));
  });
}

async function makeRelayKeys(directory: string, name: string): Promise<void> {
  const anyAuthority = `x 127.0.0.1:1 ${'F'.repeat(40)}`;
  await run('tor', [
    ...['-f', '/dev/null', '--ignore-missing-torrc', '--defaults-torrc', '/dev/null', '--quiet', '--list-fingerprint'],
    ...['--DataDirectory', directory, '--Nickname', name, '--ORPort', '1', '--SocksPort', '0'],
    ...['--DirAuthority', anyAuthority],
  ]);
}
