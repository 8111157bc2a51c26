import { sourceRendition } from '../broadcast/renditions.ts';
import { type RenditionInfo, type StreamSnapshot, type StreamState, toldState } from '../broadcast/stream-state.ts';
import type { Texts } from './texts/en.ts';
import { counted } from './texts/words.ts';

/** The status light: green while it is live, amber while something is on its way or wrong, red when it is over, grey before it began. */
export type Light = 'live' | 'trouble' | 'ended' | 'off';

const lights: Readonly<Record<StreamState, Light>> = {
  offline: 'off',
  starting: 'trouble',
  live: 'live',
  interrupted: 'trouble',
  ended: 'ended',
};

/** A snapshot in words. `screen` is what covers the picture, absent while there is one. */
export interface SnapshotText {
  readonly light: Light;
  readonly title: string;
  readonly sentence: string;
  readonly viewers: string;
  readonly screen?: { readonly heading: string; readonly advice: string };
  /** Seconds waited so far, to be counted on; only while interrupted. */
  readonly waitedSeconds?: number;
  /** Seconds since the broadcast went live, to be counted on; absent while there is none. */
  readonly uptimeSeconds?: number;
}

/** Says in words what a snapshot says in numbers. */
export function describeSnapshot(snapshot: StreamSnapshot, texts: Texts): SnapshotText {
  const { uptimeSeconds } = snapshot;
  const told = toldState(snapshot);
  const state = texts.states[told];
  return {
    light: lights[told],
    title: snapshot.title === '' ? texts.untitled : snapshot.title,
    sentence: state.sentence,
    viewers: counted(texts.client.viewers, snapshot.viewers, texts.lang),
    ...(snapshot.state !== 'live' && { screen: { heading: state.heading, advice: state.advice } }),
    ...(snapshot.state === 'interrupted' && { waitedSeconds: snapshot.stateSeconds }),
    // Nobody has been watching a test card for so long.
    ...(told !== 'offline' && uptimeSeconds !== undefined && { uptimeSeconds }),
  };
}

/** A rendition as a person picks it: `360p`, `Sound only`. In which codec is for the browser to know. */
export function renditionLabel(rendition: RenditionInfo, texts: Texts): string {
  if (rendition.name === sourceRendition) return texts.original;
  return rendition.height === undefined ? texts.audioOnly : rendition.name.replace(/-vp9$/, '');
}
