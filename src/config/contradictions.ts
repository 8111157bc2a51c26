import { formatAddress, type ListenAddress } from './address.ts';
import { formatDuration } from './duration.ts';
import type { OnioncastConfig } from './schema.ts';

/** Sentences about settings that are each fine and do not go together; empty when all is well. */
export function findContradictions({
  hls,
  limits,
  listen,
  tor,
  ingest,
  captcha,
  access,
  broadcaster,
  ephemeral,
  recording,
  clips,
  schedule,
  split,
}: OnioncastConfig): string[] {
  const problems: string[] = [];
  if (hls.windowMs < 3 * hls.segmentMs) {
    problems.push(
      `hls.window (${formatDuration(hls.windowMs)}) must hold at least three of hls.segment (${formatDuration(hls.segmentMs)})`,
    );
  }
  if (limits.viewers > limits.connections) {
    problems.push(`limits.viewers (${limits.viewers}) cannot be above limits.connections (${limits.connections})`);
  }
  if (listen.local === 'off' && !tor.enabled) {
    problems.push('listen.local is off and tor.enabled is false: nobody could reach the server');
  }
  if (listen.local === 'off' && broadcaster.door === 'local') {
    problems.push('listen.local is off and broadcaster.door is "local": nobody could log in as the broadcaster');
  }
  if (tor.address !== '' && tor.address === tor.deskAddress) {
    problems.push('tor.address and tor.desk_address are the same: each onion service has an address of its own');
  }
  if (tor.private && tor.mode === 'operator') {
    problems.push(
      'tor.private needs tor.mode = "managed": with a tor of your own, put keys into authorized_clients of its directory (see "Private streams" in docs/OPERATING.md)',
    );
  }
  if (isSame(listen.local, ingest.rtmp)) {
    problems.push(`listen.local and ingest.rtmp are both ${formatAddress(listen.local)}: they need different ports`);
  }
  const needsQuestion = access.mode === 'question' || captcha.kind !== 'picture';
  if (needsQuestion && captcha.question === '') {
    problems.push('captcha.question must hold a question if captcha.kind or access.mode asks for one');
  }
  if (captcha.question !== '' && captcha.answers.length === 0) {
    problems.push('captcha.answers must hold at least one answer to captcha.question');
  }
  if (ephemeral && recording.enabled) {
    problems.push('ephemeral keeps nothing on disk, and recording.enabled would: choose one');
  }
  if (ephemeral && clips.allowed) {
    problems.push('ephemeral keeps nothing on disk, and clips.allowed would: choose one');
  }
  return [...problems, ...addressProblems({ tor, ephemeral, schedule, split })];
}

function addressProblems({
  tor,
  ephemeral,
  schedule,
  split,
}: Pick<OnioncastConfig, 'tor' | 'ephemeral' | 'schedule' | 'split'>): string[] {
  const problems: string[] = [];
  if (schedule.takeDown && tor.enabled && tor.mode === 'operator') {
    problems.push('schedule.take_down cannot take down a tor of yours: tor.mode = "managed", or without');
  }
  if (schedule.takeDown && schedule.stop === undefined && schedule.confirmMs === 0) {
    problems.push('schedule.take_down needs a time at which it ends: schedule.stop or schedule.confirm');
  }
  if (tor.temporary && ephemeral) {
    problems.push('with ephemeral every address is temporary: leave tor.temporary out');
  }
  if (tor.temporary && tor.mode === 'operator') {
    problems.push('tor.temporary needs a tor of our own: tor.mode = "managed"');
  }
  if (tor.instances > 1 && tor.mode === 'operator') {
    problems.push('tor.instances needs tors of our own: tor.mode = "managed"');
  }
  if (tor.instances > 1 && tor.spread === 'onionbalance' && tor.private) {
    problems.push(
      'tor.private and tor.spread = "onionbalance" cannot go together: Onionbalance knows no keys of visitors. Take tor.spread = "links", or close the door instead (access.mode)',
    );
  }
  if (split.enabled && !tor.enabled) {
    problems.push('split.enabled is true and tor.enabled is false: a publisher elsewhere comes over Tor alone');
  }
  return problems;
}

function isSame(one: ListenAddress, other: ListenAddress): boolean {
  return one !== 'off' && one.port !== 0 && formatAddress(one) === formatAddress(other);
}
