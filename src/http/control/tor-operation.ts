import { z } from 'zod';
import { operation } from './operation.ts';

const nothing = z.strictObject({});

const torShape = z
  .strictObject({
    number: z.int().describe('From 1.'),
    state: z
      .enum(['starting', 'bootstrapping', 'publishing', 'online', 'restarting', 'off'])
      .describe('Of its part of the public service; `online`: it can be found.'),
    progress: z.number().describe('Its way into the network, in percent.'),
    isDraining: z.boolean().describe('It goes on for those who are there, and newcomers are sent elsewhere.'),
    address: z.exactOptional(z.string()).describe('With `.onion`; absent where all have one, or before it is known.'),
    descriptorUploads: z
      .int()
      .describe('How many directories took the description of its service since it was last started.'),
    restarts: z.int().describe('Times that it died and was started again.'),
    circuits: z.exactOptional(z.int()).describe('Circuits of visitors.'),
    introductionPoints: z.exactOptional(z.int()).describe('Places in the network at which visitors can ask for it.'),
    pid: z.exactOptional(z.int()),
    lastError: z.exactOptional(z.string()).describe('What went wrong last; absent while it is online.'),
  })
  .readonly()
  .meta({ id: 'Tor' });

const balanceShape = z
  .strictObject({
    state: z
      .enum(['waiting', 'running', 'restarting', 'stopped'])
      .describe('`waiting`: for a tor that it could announce.'),
    restarts: z.int().describe('Times that it died and was started again.'),
    lastError: z.exactOptional(z.string()),
  })
  .readonly();

const torsShape = z
  .strictObject({
    spread: z
      .enum(['none', 'links', 'onionbalance'])
      .describe('How viewers come to all of them; `none`: there is one tor.'),
    tors: z.array(torShape).readonly(),
    balance: z.exactOptional(balanceShape).describe('Onionbalance, where it announces the one address.'),
  })
  .readonly();

const which = z.strictObject({ number: z.int().min(1).max(8).describe('Of the tor.') });

/** What can be asked about our tors. */
export const torOperationList = {
  tors: operation('GET /tors', 'The tors that carry the public service; none with a tor of yours.', nothing, torsShape),
  drainTor: operation(
    'POST /tors/drain',
    'Sends newcomers to the other tors; who is there stays. One tor at least takes newcomers.',
    which,
    torsShape,
  ),
  undrainTor: operation('POST /tors/undrain', 'Lets newcomers come to it again.', which, torsShape),
} as const;
