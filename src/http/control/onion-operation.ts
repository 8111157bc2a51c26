import { z } from 'zod';
import { operation } from './operation.ts';

const addressShape = z
  .strictObject({
    name: z.string().describe('`public`, `temporary`, `desk`; `second` and so on for further public ones.'),
    address: z.exactOptional(z.string()).describe('With `.onion`; absent before tor has made it.'),
    state: z
      .enum(['starting', 'bootstrapping', 'publishing', 'online', 'restarting', 'off'])
      .describe('`online`: it can be opened.'),
  })
  .readonly()
  .meta({ id: 'OnionAddress' });

/** What can be asked about the onion services. */
export const onionOperations = {
  onions: operation(
    'GET /onions',
    'The onion addresses of this run.',
    z.strictObject({}),
    z.strictObject({ addresses: z.array(addressShape).readonly() }).readonly(),
  ),
} as const;
