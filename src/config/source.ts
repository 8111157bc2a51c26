/**
 * What is broadcast while no publisher is connected.
 * test: the test card. none: nothing. screen: this machine's screen and sound. file: a media file, again and again.
 * dir: a directory of HLS segments that another program writes.
 */
export type SourceSetting =
  | { readonly kind: 'test' | 'none' | 'screen' }
  | { readonly kind: 'file' | 'dir'; readonly path: string };

/** Reads `test`, `none`, `screen`, `file:PATH` or `dir:PATH`. Throws a RangeError that says what is expected. */
export function parseSource(text: string): SourceSetting {
  if (text === 'test' || text === 'none' || text === 'screen') return { kind: text };
  const match = /^(file|dir):(.+)$/.exec(text);
  const path = match?.[2];
  if (path === undefined || path.includes('\0')) {
    throw new RangeError('a source is "test", "none", "screen", "file:PATH" or "dir:PATH"');
  }
  return { kind: match?.[1] === 'dir' ? 'dir' : 'file', path };
}
