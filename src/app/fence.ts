import type { OnioncastConfig } from '../config/schema.ts';
import { Fence } from '../encoder/fence.ts';
import { findFence } from '../encoder/find-fence.ts';
import type { ServeEvent } from '../serve-event.ts';

interface FenceOptions {
  readonly config: Pick<OnioncastConfig, 'encoder'>;
  readonly dataDirectory: string;
  report(event: ServeEvent): void;
}

/** What is to be done for a higher fence. */
export const fenceAdvice =
  'It takes Linux, the programs of util-linux (unshare, setpriv, mount), and leave to make user namespaces: "sysctl kernel.unprivileged_userns_clone=1" on Debian, ' +
  '"sysctl kernel.apparmor_restrict_unprivileged_userns=0" on Ubuntu; in a container its rules decide.';

/** The highest fence for FFmpeg that this machine lets us have, if one is wanted; tells which it is. */
export async function raiseFence({ config, dataDirectory, report }: FenceOptions): Promise<Fence> {
  const { ffmpeg, fence: wanted } = config.encoder;
  const settings = { secrets: dataDirectory };
  const none = new Fence('none', settings, 'encoder.fence = "off"');
  const fence = wanted === 'off' ? none : await findFence(ffmpeg, settings);
  if (fence === undefined) return none;
  report({ kind: 'note', message: `${explainFence(fence)}.` });
  return fence;
}

/** What FFmpeg can reach, as a sentence without a full stop. */
export function explainFence({ kind, obstacle, maxMemoryBytes }: Fence): string {
  const memory = `at most ${(maxMemoryBytes / 2 ** 30).toFixed(1)} GiB`;
  const because = obstacle === undefined ? '' : ` (${obstacle})`;
  switch (kind) {
    case 'sealed':
      return `FFmpeg is fenced in: no network, no file but the film and the system's programs, ${memory}`;
    case 'offline':
      return `FFmpeg has no network and ${memory}, but can read the files that you can${because}`;
    case 'limited':
      return `FFmpeg has ${memory}, but is not kept from network and files${because}`;
    case 'none':
      return `FFmpeg runs with your rights, unfenced${because}`;
  }
}
