import encodeQR from 'qr';

/** The modules of a QR code (ISO/IEC 18004), row by row, its quiet zone of four modules included; true is dark. */
export type QrCode = readonly (readonly boolean[])[];

/** Of a text of at most 1,000 bytes, with the error correction "M": a smudge of a seventh of it does no harm. Throws a RangeError for more. */
export function qrCode(text: string): QrCode {
  if (Buffer.byteLength(text) > maxBytes) throw new RangeError(`a QR code holds at most ${maxBytes} bytes here`);
  return encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
}

/** Larger ones are read by few cameras. */
const maxBytes = 1000;
