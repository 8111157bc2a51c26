import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { AppError } from '../errors.ts';

/**
 * A secret text in a file that only a passphrase opens: `onioncast backup 1\n`, salt (32 bytes), nonce (12), AES-256-GCM with the 32 bytes that scrypt makes of
 * the passphrase, tag (16). All that stands before the ciphertext is authenticated with it. What the passphrase costs belongs to the version: a file cannot ask
 * for more.
 */
const magic = 'onioncast backup ';
const head = Buffer.from(`${magic}1\n`);
const saltBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const overheadBytes = head.length + saltBytes + nonceBytes + tagBytes;
/** 128 MiB and about half a second for each guess. */
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 };
/** Texts are filled up to a multiple of it, so that the size does not tell how many keys there are. */
const stepBytes = 4096;

/** Fewer characters are guessed. */
export const minPassphraseCharacters = 12;
/** No file that is opened is larger. */
export const maxSealedBytes = 1024 * 1024;

/** Seals a text. Throws BACKUP_UNUSABLE if it is larger than what is ever opened again. */
export async function seal(text: string, passphrase: string): Promise<Buffer> {
  const salt = randomBytes(saltBytes);
  const nonce = randomBytes(nonceBytes);
  const plain = Buffer.from(text);
  const padding = Buffer.alloc((stepBytes - (plain.length % stepBytes)) % stepBytes, ' ');
  if (plain.length + padding.length + overheadBytes > maxSealedBytes) {
    throw new AppError('BACKUP_UNUSABLE', 'There are more keys than a backup holds (1 MiB).');
  }
  const front = Buffer.concat([head, salt, nonce]);
  const cipher = createCipheriv('aes-256-gcm', await keyOf(passphrase, salt), nonce, { authTagLength: tagBytes });
  cipher.setAAD(front);
  return Buffer.concat([front, cipher.update(plain), cipher.update(padding), cipher.final(), cipher.getAuthTag()]);
}

/** The text of a sealed file, with spaces behind it. Throws BACKUP_UNUSABLE, saying why, for a wrong passphrase and for a file that is no longer what it was. */
export async function unseal(file: Uint8Array, passphrase: string): Promise<string> {
  const bytes = Buffer.from(file);
  if (bytes.toString('latin1', 0, magic.length) !== magic) {
    throw new AppError('BACKUP_UNUSABLE', 'This is not a backup that "onioncast onion backup" has made.');
  }
  if (!bytes.subarray(0, head.length).equals(head)) {
    throw new AppError('BACKUP_UNUSABLE', 'This backup was made by another version of Onioncast. Update it.');
  }
  if (bytes.length <= overheadBytes || (bytes.length - overheadBytes) % stepBytes !== 0) {
    throw new AppError('BACKUP_UNUSABLE', 'A part of this backup is missing: its size is none that it can have.');
  }
  const front = bytes.subarray(0, head.length + saltBytes + nonceBytes);
  const salt = front.subarray(head.length, head.length + saltBytes);
  const decipher = createDecipheriv('aes-256-gcm', await keyOf(passphrase, salt), front.subarray(-nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(front).setAuthTag(bytes.subarray(-tagBytes));
  try {
    const opened = decipher.update(bytes.subarray(front.length, -tagBytes));
    return Buffer.concat([opened, decipher.final()]).toString();
  } catch (cause) {
    const sentence = 'The passphrase does not open this backup: it is another one, or the file is damaged.';
    throw new AppError('BACKUP_UNUSABLE', sentence, { cause });
  }
}

/** Keyboards write one letter in several ways; a passphrase is what it looks like. */
function keyOf(passphrase: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, 32, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
