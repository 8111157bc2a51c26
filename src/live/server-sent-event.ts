/**
 * A server-sent event (HTML, 9.2.6). Every line of the data gets its own field, so that no line break in it can begin another field. Data may be empty:
 * the event is dispatched all the same.
 */
export function serverSentEvent(type: string, data: string, id?: string): Buffer {
  const lines = data.split(/\r\n|\r|\n/u).map((line) => `data: ${line}\n`);
  return Buffer.from(`event: ${type}\n${id === undefined ? '' : `id: ${id}\n`}${lines.join('')}\n`);
}
