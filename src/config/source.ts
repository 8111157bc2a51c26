/**
 * What is broadcast while no publisher is connected.
 * test: the test card. none: nothing. screen: this machine's screen and sound. file: a media file, again and again.
 * dir: a directory of HLS segments that another program writes.
 */
export type SourceSetting =
  | { readonly kind: 'test' | 'none' | 'screen' }
  | { readonly kind: 'file' | 'dir'; readonly path: string };

/** Reads `test`, `none`, `screen`, `file:PATH` or `dir:PATH`; gives nothing for any other text. */
export function parseSource(text: string): SourceSetting | undefined {
  if (text === 'test' || text === 'none' || text === 'screen') return { kind: text };
  const match = /^(file|dir):(\P{Cc}{1,4096})$/u.exec(text);
  if (match?.[2] === undefined) return undefined;
  return { kind: match[1] === 'dir' ? 'dir' : 'file', path: match[2] };
}
