import { request as httpRequest } from 'node:http';
import path from 'node:path';

/** An answer of the control socket. */
export interface ControlReply {
  readonly status: number;
  readonly body: string;
}

/** Sends one request to the control socket of a data directory, as any program would. */
export function askControl(
  data: string,
  method: string,
  target: string,
  body?: string | Buffer,
  headers: Readonly<Record<string, string>> = { 'Content-Type': 'application/json' },
): Promise<ControlReply> {
  const socketPath = path.join(data, 'run', 'control.sock');
  return new Promise((resolve, reject) => {
    const request = httpRequest({ socketPath, method, path: target, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}
