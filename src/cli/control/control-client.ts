import { type IncomingMessage, request as httpRequest } from 'node:http';
import { controlSocketPath } from '../../app/control-socket.ts';
import { AppError } from '../../errors.ts';
import { errorShape, type OperationInput, type OperationName, operations } from '../../http/control/operations.ts';

/** What came back: the JSON as it was sent, and what it says was refused. */
export interface ControlAnswer {
  readonly value: unknown;
  readonly refused?: { readonly code: string; readonly message: string };
}

const timeoutMs = 15_000;
/** No answer is larger. */
const maxAnswerBytes = 16 * 1024 * 1024;

/** Asks a running server over the control socket in its data directory. Throws CONTROL_UNREACHABLE. */
export class ControlClient {
  readonly #dataDirectory: string;
  readonly #socketPath: string;

  constructor(dataDirectory: string) {
    this.#dataDirectory = dataDirectory;
    this.#socketPath = controlSocketPath(dataDirectory);
  }

  async ask<Name extends OperationName>(name: Name, input: OperationInput<Name>): Promise<ControlAnswer> {
    const { method, path } = operations[name];
    const isRead = method === 'GET';
    const fields = Object.entries(input).map(([key, value]) => [key, String(value)]);
    const query = isRead && fields.length > 0 ? `?${new URLSearchParams(fields)}` : '';
    const response = await this.#send(method, path + query, isRead ? undefined : JSON.stringify(input));
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const part of response) {
      if (!Buffer.isBuffer(part)) continue;
      bytes += part.length;
      if (bytes > maxAnswerBytes) throw this.#unreachable('it answers with far too much');
      parts.push(part);
    }
    let value: unknown;
    try {
      value = JSON.parse(Buffer.concat(parts).toString());
    } catch {
      throw this.#unreachable('its answer is not JSON');
    }
    if (response.statusCode === 200) return { value };
    return { value, refused: errorShape.parse(value).error };
  }

  /** The endless answer with the events, or what refuses it. */
  async events(since: string | undefined): Promise<IncomingMessage> {
    const query = since === undefined ? '' : `?${new URLSearchParams({ since })}`;
    return await this.#send('GET', `/events${query}`, undefined);
  }

  #send(method: string, path: string, body: string | undefined): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { Host: 'control', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) };
      const request = httpRequest({ socketPath: this.#socketPath, method, path, headers, agent: false });
      const timer = setTimeout(() => request.destroy(new Error('ETIMEDOUT')), timeoutMs);
      request.once('response', (response) => {
        clearTimeout(timer);
        resolve(response);
      });
      request.once('error', (error) => {
        clearTimeout(timer);
        reject(this.#unreachable(reasonOf(error), error));
      });
      request.end(body);
    });
  }

  #unreachable(reason: string, cause?: unknown): AppError {
    const directory = this.#dataDirectory;
    const sentences: Readonly<Record<string, string>> = {
      ENOENT: `No Onioncast is running with the data directory ${directory}.`,
      ECONNREFUSED: `The Onioncast with the data directory ${directory} is gone.`,
      EACCES: `This user may not control the Onioncast with the data directory ${directory}. Be the user who started it.`,
    };
    const todo = 'Start it, or name the directory of the one that runs with --data or --config.';
    const known = sentences[reason];
    const sentence = known ?? `The Onioncast with the data directory ${directory} does not answer (${reason}).`;
    return new AppError('CONTROL_UNREACHABLE', reason === 'EACCES' ? sentence : `${sentence} ${todo}`, { cause });
  }
}

function reasonOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
