import { createInterface } from 'node:readline';
import { readCloseOrder } from './close-order.ts';
import { TorControl } from './control.ts';

/**
 * A process that holds a control connection and can do one thing with it: each line on its input is `close NUMBER`, and that circuit is closed. Anything
 * else ends it, as does the end of its input. It says nothing. Arguments: the control socket of tor and its cookie.
 */
async function main([socketPath = '', cookiePath = '']: readonly string[]): Promise<void> {
  const control = await TorControl.connect(socketPath, { onClose: () => process.exit(1) });
  await control.authenticate(cookiePath);
  for await (const line of createInterface({ input: process.stdin })) {
    const circuitId = readCloseOrder(line);
    if (circuitId === undefined) process.exit(2);
    // A circuit that is gone already is as good as closed.
    control.command(`CLOSECIRCUIT ${circuitId}`).catch(() => undefined);
  }
  process.exit(0);
}

await main(process.argv.slice(2));
