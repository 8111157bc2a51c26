import type { RelayIdentity } from './tor-network-keys.ts';

/** A relay with the ports it listens on. `dirPort` marks an authority. */
export interface PlannedRelay extends RelayIdentity {
  readonly orPort: number;
  readonly dirPort?: number;
}

/** The seconds between the votes of a network; long enough that a test never sees a second one, with all that would rotate then. */
const votingIntervalSeconds = 1800;

/** Lines that let any tor join the network of these relays, and no other. */
export function joiningLines(relays: readonly PlannedRelay[]): string[] {
  return [
    'TestingTorNetwork 1',
    'PathsNeededToBuildCircuits 0.67',
    'GeoIPFile /dev/null',
    'GeoIPv6File /dev/null',
    ...relays.flatMap(({ name, dirPort, orPort, authorityFingerprint, fingerprint }) =>
      dirPort === undefined
        ? []
        : [
            `DirAuthority ${name} orport=${orPort} no-v2 v3ident=${authorityFingerprint} 127.0.0.1:${dirPort} ${fingerprint}`,
          ],
    ),
  ];
}

/** Lines for every tor that the network itself runs. */
export function processLines(directory: string): string[] {
  return [
    `DataDirectory ${directory}`,
    `ControlSocket ${directory}/control`,
    'CookieAuthentication 1',
    `__OwningControllerProcess ${process.pid}`,
    'Log notice stdout',
    'SafeLogging 0',
    'ShutdownWaitLength 0',
    'NumCPUs 1',
    'AvoidDiskWrites 1',
  ];
}

/** Lines of a relay, and of an authority that does not vote before it is told to. */
export function relayLines(relay: PlannedRelay, nowMs: number, votingSeconds = votingIntervalSeconds): string[] {
  const lines = [
    `Nickname ${relay.name}`,
    `ORPort 127.0.0.1:${relay.orPort}`,
    'Address 127.0.0.1',
    'AssumeReachable 1',
    'SocksPort 0',
    'ExitRelay 0',
    'ExitPolicy reject *:*',
    'ServerDNSDetectHijacking 0',
    'ContactInfo test@example.invalid',
  ];
  return relay.dirPort === undefined ? lines : [...lines, ...authorityLines(relay.dirPort, nowMs, votingSeconds)];
}

/** Lines of a relay that the list of the network does not name, and that speaks obfs4 by this program at this port. */
export function bridgeLines(relay: PlannedRelay, program: string, port: number, nowMs: number): string[] {
  return [
    ...relayLines(relay, nowMs),
    'BridgeRelay 1',
    'PublishServerDescriptor 0',
    `ServerTransportPlugin obfs4 exec ${program}`,
    `ServerTransportListenAddr obfs4 127.0.0.1:${port}`,
    'ExtORPort auto',
  ];
}

function authorityLines(dirPort: number, nowMs: number, votingSeconds: number): string[] {
  // The longest first interval there is. Near its end a vote would come by itself, before every relay is known: then it is moved away.
  const isNearVote = (nowMs / 1000) % votingIntervalSeconds > 1500;
  return [
    `DirPort 127.0.0.1:${dirPort}`,
    'AuthoritativeDirectory 1',
    'V3AuthoritativeDirectory 1',
    `TestingV3AuthInitialVotingInterval ${votingIntervalSeconds}`,
    `TestingV3AuthVotingStartOffset ${isNearVote ? Math.min(600, votingSeconds) : 0}`,
    'TestingV3AuthInitialVoteDelay 2',
    'TestingV3AuthInitialDistDelay 2',
    `V3AuthVotingInterval ${votingSeconds}`,
    'V3AuthVoteDelay 2',
    'V3AuthDistDelay 2',
    'V3AuthNIntervalsValid 8',
    'TestingDirAuthVoteExit *',
    'TestingDirAuthVoteGuard *',
    'TestingDirAuthVoteHSDir *',
    'TestingMinExitFlagThreshold 0',
    'AuthDirTestReachability 0',
  ];
}

/**
 * The command that makes an authority vote within some seconds. All of them must get the same, computed once.
 * The interval of 5 s makes the delays of the first vote about a second each.
 */
export function voteNowCommand(nowMs: number): string {
  const intervalSeconds = 5;
  const voteAtSeconds = Math.ceil(nowMs / 1000 + 0.3) + 2;
  const offset = voteAtSeconds % intervalSeconds;
  return `SETCONF TestingV3AuthInitialVotingInterval=${intervalSeconds} TestingV3AuthVotingStartOffset=${offset}`;
}

/**
 * The `state` file of a relay that has carried traffic for days. A fresh relay advertises 0 or 1 kB/s at random; one that says 1 among
 * others that say 0 attracts every path as guard and as last hop, and no circuit can be built.
 */
export function seededState(nowMs: number): string {
  const now = new Date(nowMs).toISOString().replace('T', ' ').slice(0, 19);
  const history = (kind: string): string[] => [
    `BWHistory${kind}Ends ${now}`,
    `BWHistory${kind}Interval 86400`,
    `BWHistory${kind}Values 1000000000,1000000000,1000000000`,
    `BWHistory${kind}Maxima 10000000,10000000,10000000`,
  ];
  return ['TorVersion Tor 0.4.9.11', `LastWritten ${now}`, ...history('Write'), ...history('Read'), ''].join('\n');
}
