/** The longest title that is shown, in grapheme clusters. */
export const maxTitleLength = 128;

/**
 * A title fit for one line, made from whatever a file or form holds: the first line that is not blank, without control and direction characters,
 * spaces collapsed, cut at `maxTitleLength` grapheme clusters. Empty if nothing is left.
 */
export function titleFrom(raw: string): string {
  const line = raw.split(/[\r\n\u2028\u2029\v\f]/u).find((candidate) => clean(candidate) !== '') ?? '';
  return firstClusters(clean(line), maxTitleLength);
}

function clean(line: string): string {
  return line
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, (character) => (character === '\t' ? ' ' : ''))
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .trim();
}

function firstClusters(text: string, count: number): string {
  let kept = '';
  let clusters = 0;
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    clusters += 1;
    // A cluster may hold any number of marks; one that is absurdly long ends the title.
    if (clusters > count || segment.length > 32) break;
    kept += segment;
  }
  return kept.trimEnd();
}
