/** Pointers of the WHATWG index jis0208 that the encoder leaves out, since the same characters stand elsewhere (Encoding Standard, 5.2). */
const duplicates = { from: 8272, to: 8835 };

let bytesByCharacter: ReadonlyMap<string, readonly number[]> | undefined;

/**
 * Encodes as browsers encode a form on a page in Shift_JIS (WHATWG Encoding, 12.3.2): what the encoding lacks becomes a decimal character reference.
 * The platform decodes this encoding but does not encode it, so the table is read out of its decoder at the first use.
 */
export function encodeShiftJis(text: string): Uint8Array {
  bytesByCharacter ??= readTable();
  const table = bytesByCharacter;
  return Uint8Array.from(
    Array.from(text).flatMap((character) => table.get(character) ?? [...Buffer.from(`&#${character.codePointAt(0)};`)]),
  );
}

function readTable(): Map<string, readonly number[]> {
  const decoder = new TextDecoder('shift_jis');
  const table = new Map<string, readonly number[]>();
  const add = (bytes: readonly number[]): void => {
    const character = decoder.decode(Uint8Array.from(bytes));
    if (!character.includes('\uFFFD') && Array.from(character).length === 1 && !table.has(character)) {
      table.set(character, bytes);
    }
  };
  for (let byte = 0; byte <= 0x80; byte += 1) add([byte]);
  for (let byte = 0xa1; byte < 0xe0; byte += 1) add([byte]);
  // The encoder knows these two besides.
  table.set('\u00A5', [0x5c]).set('\u203E', [0x7e]);
  for (const [pointer, bytes] of twoByteCodes()) {
    if (pointer < duplicates.from || pointer > duplicates.to) add(bytes);
  }
  // Not in the table as a result of decoding, but encoded as the full-width hyphen.
  const hyphen = table.get('\uFF0D');
  if (hyphen !== undefined) table.set('\u2212', hyphen);
  return table;
}

/** Every pair of bytes with its pointer into the index, in ascending order. Those for private use (pointers 8836 to 10715) have no characters. */
function* twoByteCodes(): Generator<readonly [number, readonly number[]]> {
  for (let pointer = 0; pointer < 188 * 60; pointer += 1) {
    if (pointer >= 8836 && pointer <= 10_715) continue;
    const lead = Math.floor(pointer / 188);
    const trail = pointer % 188;
    yield [pointer, [lead + (lead < 0x1f ? 0x81 : 0xc1), trail + (trail < 0x3f ? 0x40 : 0x41)]];
  }
}
