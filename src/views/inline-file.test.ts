import { expect, test } from 'vitest';
import { inlineFile } from './inline-file.ts';

test('a text has the source expression of its hash', () => {
  // echo -n 'a{b:c}' | openssl sha256 -binary | base64
  expect(inlineFile('a{b:c}')).toEqual({
    text: 'a{b:c}',
    source: "'sha256-0cRUVYRKwNwnl1hkfkPGjkht16b039TjFdJzmXfFK2o='",
  });
});

test.each(['', 'a</style>b', 'a="</SCRIPT"', 'a<!--b'])(
  'nothing that would end its element stands in a page: %s',
  (text) => {
    expect(inlineFile(text)).toBeUndefined();
  },
);
