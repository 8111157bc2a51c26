import type { JSX } from 'preact';
import type { StreamSnapshot } from '../broadcast/stream-state.ts';
import type { Reader } from './reader.ts';
import { describeSnapshot } from './snapshot-text.ts';
import { StateScreen } from './stream-info.tsx';

/** The picture for browsers that play HLS by themselves, without script. */
export function HlsStage({ texts, base, snapshot }: Reader & { readonly snapshot: StreamSnapshot }): JSX.Element {
  const { screen } = describeSnapshot(snapshot, texts);
  return (
    <section class="stage" aria-label={texts.video}>
      {snapshot.state === 'live' ? (
        <video
          class="picture"
          autoplay
          muted
          controls
          playsinline
          aria-label={texts.video}
          src={`${base}/stream.m3u8`}
        />
      ) : (
        <StateScreen screen={screen} />
      )}
    </section>
  );
}

/** What player this is, and the way to the usual one. */
export function HlsNote({ texts, base, script }: Reader & { readonly script: boolean }): JSX.Element {
  return (
    <p class="about hls-note">
      {texts.hlsPlayer} <a href={script ? `${base}/` : `${base}/?script=0`}>{texts.usualPlayer}</a>
    </p>
  );
}
