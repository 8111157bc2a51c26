import type { JSX } from 'preact';
import { toolKeys } from './staff-fields.ts';
import type { Texts } from './texts/en.ts';

/** A button of the player: `action` is what the script does, `keyName` is told in the tooltip. */
function Control({ action, label, keyName }: { action: string; label: string; keyName: string }): JSX.Element {
  return (
    <button class="control" type="button" data-do={action} aria-label={label} title={`${label} (${keyName})`}>
      <i class={`icon icon-${action}`} aria-hidden="true" />
    </button>
  );
}

/** The bar over the lower edge of the picture; works with the script only, which knows what this browser can play. */
export function PlayerControls({ texts }: { readonly texts: Texts }): JSX.Element {
  return (
    <div class="controls" id="controls">
      <Control action="play" label={texts.play} keyName="k" />
      <Control action="mute" label={texts.mute} keyName="m" />
      <input class="volume" id="volume" type="range" min="0" max="100" defaultValue="100" aria-label={texts.volume} />
      <button class="live-pill" type="button" data-do="live" title={`${texts.goLive} (l)`}>
        <i class="light light-live" id="behind-light" aria-hidden="true" />
        <span id="behind" />
      </button>
      <span class="spacer" />
      <select class="quality" id="quality" aria-label={texts.quality} />
      <Control action="pip" label={texts.pictureInPicture} keyName="p" />
      <Control action="theatre" label={texts.theatre} keyName="t" />
      <Control action="chat" label={texts.showChat} keyName="c" />
      <Control action="full" label={texts.fullScreen} keyName="f" />
    </div>
  );
}

/** Sound is off until somebody asks for it; this says so where it is seen. */
export function SoundPill({ texts }: { readonly texts: Texts }): JSX.Element {
  return (
    <button class="sound-pill" type="button" data-do="mute">
      <i class="icon icon-mute" aria-hidden="true" />
      {texts.soundOn}
    </button>
  );
}

/** The list of keys, opened with `?`. */
export function Keys({ texts, isStaff }: { readonly texts: Texts; readonly isStaff: boolean }): JSX.Element {
  return (
    <dialog class="keys" id="keys" aria-labelledby="keys-heading">
      <h2 id="keys-heading">{texts.keysTitle}</h2>
      <KeyList keys={texts.keys} />
      {isStaff && (
        <>
          <h2>{texts.staff.toolsFor}</h2>
          <KeyList keys={toolKeys(texts)} />
        </>
      )}
      <form method="dialog">
        <button class="button" type="submit">
          {texts.close}
        </button>
      </form>
    </dialog>
  );
}

function KeyList({ keys }: { readonly keys: readonly (readonly string[])[] }): JSX.Element {
  return (
    <dl>
      {keys.map(([key, meaning]) => (
        <div key={key}>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}
