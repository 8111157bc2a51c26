import { AppError } from '../errors.ts';

/** A value of Action Message Format 0. Objects are maps: names come from the network and must not meet a prototype. */
export type Amf0Value = number | boolean | string | null | undefined | Amf0Object | readonly Amf0Value[];

/** An AMF0 object or ECMA array; the order of its properties is kept. */
export type Amf0Object = ReadonlyMap<string, Amf0Value>;

/** What a decoder accepts before it calls the message malformed. */
export interface Amf0Limits {
  readonly maxDepth: number;
  /** Values of all kinds in one message, nested ones included. */
  readonly maxValues: number;
  readonly maxStringBytes: number;
}

/** Far above anything a publisher sends (a `connect` holds about 15 values, `onMetaData` about 25). */
export const amf0Limits: Amf0Limits = { maxDepth: 8, maxValues: 512, maxStringBytes: 16_384 };

const marker = {
  number: 0,
  boolean: 1,
  string: 2,
  object: 3,
  null: 5,
  undefined: 6,
  ecmaArray: 8,
  objectEnd: 9,
  strictArray: 10,
  date: 11,
  longString: 12,
  unsupported: 13,
  xmlDocument: 15,
  typedObject: 16,
} as const;

/**
 * Decodes all values of a message body (AMF0 specification, section 2). Dates become Unix milliseconds, XML a string, typed objects lose their
 * class name. References and AMF3 are refused: no publisher sends them. Throws MEDIA_MALFORMED.
 */
export function decodeAmf0(bytes: Buffer, limits: Amf0Limits = amf0Limits): Amf0Value[] {
  const decoder = new Decoder(bytes, limits);
  const values: Amf0Value[] = [];
  while (!decoder.atEnd) values.push(decoder.value(0));
  return values;
}

/** Encodes values one after the other. Throws RangeError for a name or nesting the format cannot hold; all we encode is our own. */
export function encodeAmf0(...values: readonly Amf0Value[]): Buffer {
  return Buffer.concat(values.map((value) => encodeValue(value)));
}

class Decoder {
  readonly #bytes: Buffer;
  readonly #limits: Amf0Limits;
  #offset = 0;
  #values = 0;

  constructor(bytes: Buffer, limits: Amf0Limits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  get atEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  value(depth: number): Amf0Value {
    this.#values += 1;
    if (this.#values > this.#limits.maxValues) throw malformed('too many values');
    if (depth > this.#limits.maxDepth) throw malformed('too deeply nested');
    const type = this.#take(1).readUInt8();
    switch (type) {
      case marker.number:
        return this.#take(8).readDoubleBE();
      case marker.boolean:
        return this.#take(1).readUInt8() !== 0;
      case marker.string:
        return this.#shortString();
      case marker.longString:
      case marker.xmlDocument:
        return this.#string(this.#take(4).readUInt32BE());
      case marker.null:
        return null;
      case marker.undefined:
      case marker.unsupported:
        return undefined;
      case marker.date:
        return this.#take(10).readDoubleBE();
      case marker.strictArray:
        return this.#strictArray(depth);
      case marker.object:
        return this.#properties(depth);
      case marker.ecmaArray:
        // The count is a hint that many writers get wrong; the end marker rules (section 2.10).
        this.#take(4);
        return this.#properties(depth);
      case marker.typedObject:
        this.#shortString();
        return this.#properties(depth);
      default:
        throw malformed(`unknown type ${type}`);
    }
  }

  #strictArray(depth: number): Amf0Value[] {
    const count = this.#take(4).readUInt32BE();
    if (count > this.#limits.maxValues) throw malformed('too many values');
    return Array.from({ length: count }, () => this.value(depth + 1));
  }

  #properties(depth: number): Amf0Object {
    const properties = new Map<string, Amf0Value>();
    for (;;) {
      const name = this.#shortString();
      if (name === '' && this.#bytes[this.#offset] === marker.objectEnd) {
        this.#offset += 1;
        return properties;
      }
      properties.set(name, this.value(depth + 1));
    }
  }

  #shortString(): string {
    return this.#string(this.#take(2).readUInt16BE());
  }

  #string(length: number): string {
    if (length > this.#limits.maxStringBytes) throw malformed('too long a string');
    return this.#take(length).toString('utf8');
  }

  #take(count: number): Buffer {
    const end = this.#offset + count;
    if (end > this.#bytes.length) throw malformed('it ends early');
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }
}

function malformed(what: string): AppError {
  return new AppError('MEDIA_MALFORMED', `Malformed AMF0 data: ${what}.`);
}

function encodeValue(value: Amf0Value): Buffer {
  if (value === null) return Buffer.from([marker.null]);
  if (value === undefined) return Buffer.from([marker.undefined]);
  if (typeof value === 'boolean') return Buffer.from([marker.boolean, value ? 1 : 0]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9);
    bytes.writeDoubleBE(value, 1);
    return bytes;
  }
  if (typeof value === 'string') return encodeString(value);
  return isObject(value) ? encodeObject(value) : encodeStrictArray(value);
}

function isObject(value: Amf0Object | readonly Amf0Value[]): value is Amf0Object {
  return value instanceof Map;
}

function encodeString(text: string): Buffer {
  if (Buffer.byteLength(text) <= 0xffff) return Buffer.concat([Buffer.from([marker.string]), lengthPrefixed(text)]);
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(5);
  head.writeUInt8(marker.longString);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function encodeObject(properties: Amf0Object): Buffer {
  const parts: Buffer[] = [Buffer.from([marker.object])];
  for (const [name, value] of properties) parts.push(lengthPrefixed(name), encodeValue(value));
  parts.push(Buffer.from([0, 0, marker.objectEnd]));
  return Buffer.concat(parts);
}

function encodeStrictArray(values: readonly Amf0Value[]): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(marker.strictArray);
  head.writeUInt32BE(values.length, 1);
  return Buffer.concat([head, ...values.map((value) => encodeValue(value))]);
}

function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
