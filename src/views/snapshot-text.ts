import type { RenditionInfo, StreamSnapshot, StreamState } from '../broadcast/stream-state.ts';
import { en } from './texts/en.ts';

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
}

/** Says in words what a snapshot says in numbers. */
export function describeSnapshot(snapshot: StreamSnapshot): SnapshotText {
  const state = en.states[snapshot.state];
  return {
    light: lights[snapshot.state],
    title: snapshot.title === '' ? en.untitled : snapshot.title,
    sentence: state.sentence,
    viewers: viewersText(snapshot.viewers),
    ...(snapshot.state !== 'live' && { screen: { heading: state.heading, advice: state.advice } }),
    ...(snapshot.state === 'interrupted' && { waitedSeconds: snapshot.stateSeconds }),
  };
}

/** `1 viewer`, `2 viewers`. */
export function viewersText(count: number): string {
  return (count === 1 ? en.client.viewersOne : en.client.viewersMany).replace('{n}', String(count));
}

/** A rendition as a person picks it: `360p`, `Sound only`. */
export function renditionLabel(rendition: RenditionInfo): string {
  return rendition.height === undefined ? en.audioOnly : rendition.name;
}
