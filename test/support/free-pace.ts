import type { FloodPolicy } from '../../src/chat/flood.ts';

const unlimited = { count: 1e6, windowMs: 1 };

/** No limit that a test could meet. */
export const freePace: FloodPolicy = {
  viewer: unlimited,
  viewerLines: unlimited,
  circuit: unlimited,
  circuitLines: unlimited,
  room: unlimited,
  roomLines: unlimited,
  appearance: unlimited,
  gapMs: 0,
  sameTextMs: 0,
  copies: unlimited,
};
